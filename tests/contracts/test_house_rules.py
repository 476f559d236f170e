"""The house's sizes and habits, held for every file of the project's own code."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted([*ROOT.glob("engine/**/*.py"), *ROOT.glob("api/**/*.py")])
TESTS = sorted(ROOT.glob("tests/**/*.py"))
MODULE_LINES, FUNCTION_LINES, POSITIONAL = 500, 60, 5
KERNEL_LINES = 100  # a kernel's loop stays whole: see docs/decisions/0002-kernels.md


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def is_kernel(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(d, ast.Name) and d.id in {"compiled", "inlined", "tight", "tight_inlined"}
        for d in function.decorator_list
    )


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring."""
    assert function.end_lineno is not None
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return function.end_lineno - function.lineno + 1 - docstring


@pytest.mark.parametrize("path", CODE, ids=named)
def test_a_module_fits_on_a_few_screens(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MODULE_LINES


@pytest.mark.parametrize("path", CODE, ids=named)
def test_a_function_fits_on_one_screen(path: Path) -> None:
    long = [
        (function.name, body_lines(function))
        for function in functions(path)
        if body_lines(function) > (KERNEL_LINES if is_kernel(function) else FUNCTION_LINES)
    ]
    assert long == []


@pytest.mark.parametrize("path", CODE, ids=named)
def test_options_are_given_by_keyword(path: Path) -> None:
    crowded = [
        function.name
        for function in functions(path)
        if not is_kernel(function)
        and len([a for a in (*function.args.posonlyargs, *function.args.args) if a.arg not in {"self", "cls"}])
        > POSITIONAL
    ]
    assert crowded == []


@pytest.mark.parametrize("path", CODE, ids=named)
def test_folders_are_at_most_three_deep(path: Path) -> None:
    folders = path.relative_to(ROOT).parts[:-1]
    assert len(folders) <= 3 or folders[-1] == "versions"  # Alembic's own layout has one folder more


@pytest.mark.parametrize("path", TESTS, ids=named)
def test_every_test_asserts_something(path: Path) -> None:
    """An assertion, an expected exception, or a helper of the same file that asserts."""
    found = functions(path)
    helpers = {f.name for f in found if not f.name.startswith("test_") and _asserts(f, frozenset())}
    silent = [f.name for f in found if f.name.startswith("test_") and not _asserts(f, frozenset(helpers))]
    assert silent == []


def _asserts(function: ast.FunctionDef | ast.AsyncFunctionDef, helpers: frozenset[str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"raises", "fail"} | helpers:
                return True
    return False


def test_no_tracked_file_holds_a_path_of_this_machine_or_an_index_address() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if tracked.returncode != 0:
        pytest.skip("not a git checkout")
    folders = {str(folder) for folder in (ROOT, Path.home()) if len(folder.parts) > 1}
    paths = "|".join(re.escape(folder) for folder in sorted(folders))
    wrong = re.compile(rf"(?:^|[^\w.])(?:{paths})/|index[-_]url|https?://\S+/simple\b", flags=re.MULTILINE)
    suspects = []
    for name in filter(None, tracked.stdout.decode().split("\0")):
        path = ROOT / name
        if path == Path(__file__) or not path.is_file() or b"\0" in path.read_bytes()[:4096]:
            continue
        if wrong.search(path.read_text(encoding="utf-8", errors="replace")):
            suspects.append(name)
    assert suspects == []
