"""The catalogues are whole: both languages say the same, every code has its text, and no text lies unused."""

from __future__ import annotations

import ast
import dataclasses
import io
import re
from collections import Counter
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from engine.limits import Limits
from engine.messages.catalogue import FAMILIES, has_text
from engine.vocabulary import Language

ROOT = Path(__file__).resolve().parents[3]
CATALOGUES = ROOT / "engine" / "messages" / "catalogues"
DOMAINS = sorted({file.stem for file in CATALOGUES.glob("*/*.po")})
CODE = re.compile(r"[a-z]+(\.[a-z0-9_-]*[a-z0-9])+")
# Names of files, and of columns that a foreign key points to.
NO_CODE = re.compile(r".*\.(csv|xes|gz|yaml|yml|json|parquet|svg|png|pdf|html|pnml|bpmn|po|py|dot|j2|typ|id|css|js)")
TELLERS = re.compile(r"problem|refus|warn|unavailable", re.IGNORECASE)
TEXTERS = re.compile(r"sentence|term|say|heading", re.IGNORECASE)
CJK = re.compile(r"[\u4e00-\u9fff]")


@cache
def texts(domain: str, language: str) -> dict[str, str]:
    """Code → text of one file; a code that stands there twice fails."""
    content = (CATALOGUES / language / f"{domain}.po").read_bytes()
    found = [(m.id, m.string) for m in read_po(io.BytesIO(content)) if m.id]
    assert content.count(b'\nmsgid "') == len(found) + 1, "a code stands there twice"
    return {str(code): str(text) for code, text in found}


@cache
def all_texts(language: str) -> dict[str, str]:
    return {code: text for domain in DOMAINS for code, text in texts(domain, language).items()}


@cache
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    files = [file for part in ("engine", "api") for file in sorted((ROOT / part).rglob("*.py"))]
    return tuple((file.relative_to(ROOT), ast.parse(file.read_text("utf-8"))) for file in files)


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def codes_given_to(callees: re.Pattern[str]) -> dict[str, str]:
    """Code → file of every dotted literal that is the first argument of a function with such a name."""
    return {
        call.args[0].value: str(file)
        for file, tree in sources()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and call.args and callees.search(name_of(call))
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
        if CODE.fullmatch(call.args[0].value)
    }


@cache
def literals() -> dict[str, str]:
    """Code → file of every dotted literal that begins like a code of one of the catalogues, docstrings aside."""
    begins = {domain for domain in DOMAINS if domain != "terms"} | {code.split(".")[0] for code in texts("terms", "en")}
    return {
        node.value: str(file)
        for file, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if CODE.fullmatch(node.value)
        if node.value.split(".")[0] in begins
    }


@cache
def patterns() -> tuple[re.Pattern[str], ...]:
    """What the f-strings that begin like a code can come to (``f"dimension.{name}"``)."""
    found = []
    for _, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                parts = [
                    re.escape(str(p.value)) if isinstance(p, ast.Constant) else "[a-z0-9_.-]+" for p in node.values
                ]
                if re.match(r"[a-z]+\.", str(node.values[0].value)):
                    found.append(re.compile("".join(parts)))
    return tuple(found)


@cache
def templates() -> str:
    kinds = (".html", ".jinja", ".j2", ".js")
    files = [f for part in ("engine", "api") for f in sorted((ROOT / part).rglob("*")) if f.suffix in kinds]
    return "\n".join(file.read_text("utf-8") for file in files)


def is_used(code: str) -> bool:
    if code.endswith(".remedy"):
        return is_used(code.removesuffix(".remedy"))
    return (
        code in literals()
        or code.split(".", maxsplit=1)[0] in FAMILIES.values()
        or code in {f"limit.{field.name}" for field in dataclasses.fields(Limits)}
        or any(pattern.fullmatch(code) for pattern in patterns())
        or f'"{code}"' in templates()
        or any(code.startswith(prefix) for prefix in re.findall(r'"([a-z]+\.(?:[a-z-]+\.)*)" ~', templates()))
    )


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_have_the_same_codes(domain: str) -> None:
    assert texts(domain, "en").keys() == texts(domain, "zh").keys()


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_fill_the_same_placeholders(domain: str) -> None:
    for code, english in texts(domain, "en").items():
        chinese = texts(domain, "zh")[code]
        names = [{name for _, name, _, _ in Formatter().parse(text) if name is not None} for text in (english, chinese)]
        assert names[0] == names[1], code


@pytest.mark.parametrize("language", ["en", "zh"])
def test_placeholders_are_plain_names(language: str) -> None:
    for code, text in all_texts(language).items():
        for _, name, spec, conversion in Formatter().parse(text):
            assert name is None or (name.isidentifier() and not spec and not conversion), code


def test_no_code_stands_in_two_files() -> None:
    counts = Counter(code for domain in DOMAINS for code in texts(domain, "en"))
    assert [code for code, count in counts.items() if count > 1] == []


def test_chinese_texts_are_chinese() -> None:
    plain = re.compile(r"\{[a-z_]+\}")
    wrong = [c for c, t in all_texts("zh").items() if re.search("[A-Za-z]{4}", plain.sub("", t)) and not CJK.search(t)]
    assert wrong == []
    assert sum(bool(CJK.search(text)) for text in all_texts("zh").values()) > 0.95 * len(all_texts("zh"))


def test_no_text_is_empty() -> None:
    assert [code for language in ("en", "zh") for code, text in all_texts(language).items() if not text.strip()] == []


def test_english_texts_hold_no_chinese_sentence() -> None:
    assert [code for code, text in all_texts("en").items() if len(CJK.findall(text)) > 8] == []


def test_every_code_in_the_sources_has_a_text() -> None:
    told = codes_given_to(TELLERS) | codes_given_to(TEXTERS)
    assert {code: file for code, file in told.items() if code not in all_texts("en")} == {}


def test_every_literal_that_looks_like_a_code_has_a_text() -> None:
    begins = tuple(f"{domain}." for domain in DOMAINS if domain != "terms")
    codes = {c: file for c, file in literals().items() if c.startswith(begins) and not NO_CODE.fullmatch(c)}
    assert {code: file for code, file in codes.items() if code not in all_texts("en")} == {}


def test_every_problem_has_a_remedy() -> None:
    told = codes_given_to(TELLERS)
    assert {code: file for code, file in told.items() if f"{code}.remedy" not in all_texts("en")} == {}


def test_every_remedy_belongs_to_a_sentence() -> None:
    remedies = [code.removesuffix(".remedy") for code in all_texts("en") if code.endswith(".remedy")]
    assert [code for code in remedies if code not in all_texts("en")] == []


def test_no_text_lies_unused() -> None:
    assert [code for code in all_texts("en") if not is_used(code)] == []


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("vocabulary", FAMILIES, ids=lambda vocabulary: vocabulary.__name__)
def test_every_word_of_the_vocabulary_has_a_term(vocabulary: type[Language], language: Language) -> None:
    assert [word for word in vocabulary if not has_text(f"{FAMILIES[vocabulary]}.{word}", language)] == []


@pytest.mark.parametrize("language", list(Language))
def test_every_limit_is_named(language: Language) -> None:
    assert [field.name for field in dataclasses.fields(Limits) if not has_text(f"limit.{field.name}", language)] == []
