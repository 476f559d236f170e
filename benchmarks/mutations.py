"""Damaged files through every reader: ``python -m benchmarks.mutations [FILES]``.

Small logs of every format are damaged with fixed seeds: bytes flipped, cut out, doubled and put in, lines swapped and
doubled, numbers and dates made huge or impossible, inside and outside of gzip and ZIP. A reader may read such a file or
refuse it with declared errors; anything else is a finding: another exception, more than ``SECONDS``, or the end of the
process. File number N is the same file on every machine: ``python -m benchmarks.mutations --only N`` runs it alone.

``python -m benchmarks.mutations FILES FORMAT`` damages the seeds alone whose name begins with FORMAT, such as Parquet.
"""

from __future__ import annotations

import gzip
import io
import os
import random
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputRefused
from engine.logs.options import ReadOptions
from engine.logs.reading import read_log
from engine.messages.catalogue import problem_text
from engine.vocabulary import Language

FILES = 100_000
SECONDS = 20.0
"""CPU seconds: more for a file of a few kilobytes is a hang. One that waits for ever ends with its batch."""
_BATCH = 500
_RARE = 50
"""Formats that are decoded in a process of their own have one file in so many."""
TOKENS = (
    *(bytes([mark]) for mark in b"\"',;\t\r\n\0<>&{}[]:"), b"", b"]]>", b"<!--", b"<!DOCTYPE x>", b"null", b"true",
    b"NaN", b"1e999", b"-1", b"0", b"007", b"9" * 25, b"2024-02-30", b"9.3.10 8:05", b"0000-00-00T00:00:00Z",
    b"9999-12-31T23:59:59-14:00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\x81\x30", b"PK\x03\x04",
    b"\x1f\x8b", b"PAR1", "工单号".encode(), "\u202e".encode(), b"%s", b"=1+1", b"A" * 300,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seed:
    """A log that is damaged.

    Attributes:
        name: Of its format.
        content: Its bytes.
        options: How it is read when it is whole.
        packing: Puts damaged content back into its wrapping.
    """

    name: str
    content: bytes
    options: ReadOptions | None = None
    packing: Callable[[bytes], bytes] = bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """A file that a reader did not bear.

    Attributes:
        number: Of the file.
        seed: The format that it was made of.
        what: The exception, or how long it took.
    """

    number: int
    seed: str
    what: str


def damaged(number: int, seeds: dict[str, list[Seed]]) -> tuple[Seed, bytes]:
    """File number ``number``: the seed it is made of, and its bytes."""
    chance = random.Random(number)
    kind = "rare" if number % _RARE == 0 and seeds["rare"] else "common"
    seed = chance.choice(seeds[kind])
    content = seed.content
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        content = chance.choice(_DAMAGES)(content, chance)
    return seed, seed.packing(content)


def _flip(content: bytes, chance: random.Random) -> bytes:
    if not content:
        return content
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def _cut(content: bytes, chance: random.Random) -> bytes:
    start, end = _span(content, chance)
    return content[:start] + content[end:]


def _end(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _double(content: bytes, chance: random.Random) -> bytes:
    start, end = _span(content, chance)
    return content[:end] + content[start:end] * chance.choice((1, 1, 1, 50)) + content[end:]


def _put(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    new = chance.choice(TOKENS) if chance.random() < 0.7 else chance.randbytes(chance.randrange(1, 9))
    return content[:at] + new + content[at:]


def _replace(content: bytes, chance: random.Random) -> bytes:
    """Another token where one stood: what lies between two marks that all text formats have."""
    marks = [at for at, byte in enumerate(content) if byte in b'",;<>:\n ='] or [0]
    start = chance.choice(marks)
    end = min((at for at in marks if at > start), default=len(content))
    return content[: start + 1] + chance.choice(TOKENS) + content[end:]


def _swap(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _again(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    return b"\n".join(lines)


_DAMAGES = (_flip, _flip, _cut, _end, _double, _put, _put, _replace, _replace, _swap, _again)


def _span(content: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(content) + 1)
    return start, min(len(content), start + chance.choice((1, 2, 4, 16, 64, 1024)))


def rezipped(content: bytes, part: str) -> tuple[bytes, Callable[[bytes], bytes]]:
    """One part of an archive, and what puts a damaged one back."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def put_back(damaged_part: bytes) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, whole in parts.items():
                archive.writestr(name, damaged_part if name == part else whole)
        return buffer.getvalue()

    return parts[part], put_back


def with_wrappings(seed: Seed) -> Iterator[Seed]:
    """A seed as it is, damaged inside of gzip, and damaged as gzip."""
    yield seed
    yield Seed(f"{seed.name} in gzip", seed.content, seed.options, lambda content: gzip.compress(content, 1, mtime=0))
    yield Seed(f"{seed.name}.gz", gzip.compress(seed.content, mtime=0), seed.options)


def findings(numbers: range, seeds: dict[str, list[Seed]], answers: Counter[str]) -> Iterator[Finding]:
    """Read files and yield those that were not borne; ``answers`` counts what became of the others."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        for number in numbers:
            seed, content = damaged(number, seeds)
            path.write_bytes(content)
            began = _busy()
            try:
                read_log(path, options=seed.options)
                answers["read"] += 1
            except InputRefused as refusal:
                answers["refused"] += 1
                for problem in refusal.problems:
                    for language in Language:
                        problem_text(problem, language)
            except BaseException as error:  # noqa: BLE001 - which is what is looked for
                yield Finding(number, seed.name, f"{type(error).__name__}: {error}"[:300])
            if (took := _busy() - began) > SECONDS:
                yield Finding(number, seed.name, f"{took:.0f} s")


def _busy() -> float:
    """CPU seconds of this process and its children so far: a machine that does other things makes nothing slow."""
    return sum(os.times()[:4])


def _run(numbers: range, form: str) -> tuple[Counter[str], list[str]]:
    """A batch in a process of its own, which may die or hang."""
    bounds = str(numbers.start), str(numbers.stop)
    command = [sys.executable, "-m", "benchmarks.mutations", "--batch", *bounds, form]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS * len(numbers))  # noqa: S603 - this program
    except subprocess.TimeoutExpired:
        return Counter(), [f"{numbers.start}…{numbers.stop}: hangs"]
    if done.returncode:
        return Counter(), [
            f"{numbers.start}…{numbers.stop}: the process ended with {done.returncode}: {done.stderr[-500:]}"
        ]
    *found, last = done.stdout.splitlines()
    read, refused = map(int, last.split())
    return Counter(read=read, refused=refused), found


def _named(seeds: dict[str, list[Seed]], form: str) -> dict[str, list[Seed]]:
    """The seeds of one format, all of them common; all as they are where none is named."""
    if not form:
        return seeds
    return {"common": [seed for kind in seeds.values() for seed in kind if seed.name.startswith(form)], "rare": []}


def main(arguments: list[str]) -> int:
    """Run as many files as are asked for; 1 if anything was found."""
    from benchmarks.mutation_seeds import seeds  # noqa: PLC0415 - it is made of what stands here

    if arguments[:1] in (["--batch"], ["--only"]):
        start = int(arguments[1])
        stop = int(arguments[2]) if arguments[0] == "--batch" else start + 1
        answers: Counter[str] = Counter()
        chosen = _named(seeds(), arguments[3] if len(arguments) > 3 else "")
        for finding in findings(range(start, stop), chosen, answers):
            print(finding.number, finding.seed, finding.what)
        print(answers["read"], answers["refused"])
        return 0
    total, found = Counter[str](), list[str]()
    count = int(arguments[0]) if arguments else FILES
    for start in range(0, count, _BATCH):
        answers, new = _run(range(start, min(start + _BATCH, count)), arguments[1] if len(arguments) > 1 else "")
        total += answers
        found += new
        print(f"{start + _BATCH:,} files: {dict(total)}, {len(found)} findings", *new, sep="\n  ", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
