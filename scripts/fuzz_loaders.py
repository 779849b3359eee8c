"""Breaks files of every format and reads them: `python scripts/fuzz_loaders.py --minutes 60 [--seed N] [--format pdf]`

Each file goes through its loader in the parser's process. Anything but a lawful Document or a one-line refusal is a
finding: it is made small and saved with its reason. Exit status 1 if there is one. The parsers are C libraries that
atheris cannot look into, so files are broken by knowledge of their formats instead of by coverage.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count, pairwise
from pathlib import Path
from random import Random

from fuzzing.mutation import mutated
from fuzzing.seeds import FORMATS, seeds
from fuzzing.shrinking import shrunk

from ragbot.datatypes import BlockKind, Document
from ragbot.errors import DocumentError, ParserError
from ragbot.loaders.wire import first_flaw
from ragbot.loaders.worker import DocumentLoader, Limits

_LIMITS = Limits(seconds=60.0)
_REPORT_SECONDS = 60.0
_PARSER = "ragbot.loaders:parse_source"


class Fuzzer:
    """Reads broken files with `loader` and keeps count; findings are written to `folder`, one for each reason."""

    def __init__(self, loader: DocumentLoader, folder: Path) -> None:
        self._loader = loader
        self._folder = folder
        self.counts: Counter[str] = Counter()
        self.findings: list[Path] = []

    def run(self, name: str, number: int, seed: int) -> None:
        """Break and read file `number` of the format `name`; `seed` and `number` decide how it is broken."""
        random = Random(f"{seed} {name} {number}")
        others = [data for other in FORMATS for data in seeds(other)]
        data = mutated(name, random.choice(seeds(name)), others, random)
        outcome, found = self._read(name, data)
        self.counts[f"{name} files"] += 1
        self.counts[f"{name} {outcome}"] += 1
        path = self._folder / f"{name}-{hashlib.sha256(_kind_of(found).encode()).hexdigest()[:8]}.{name}"
        if outcome == "findings" and not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)  # at once: making it small may take a while
            path.write_bytes(shrunk(data, lambda part: _kind_of(self._read(name, part)[1]) == _kind_of(found)))
            path.with_suffix(".reason").write_text(f"seed {seed}, file {number}\n{found}\n", "utf-8")
            self.findings.append(path)

    def _read(self, name: str, data: bytes) -> tuple[str, str]:
        """How `data` ends (`documents`, `refused` or `findings`), and for a finding what is wrong."""
        try:
            document = self._loader.load(Path(f"a.{name}"), f"a.{name}", data)
        except ParserError as error:
            return "findings", "\n".join([str(error), *getattr(error, "__notes__", ())])
        except DocumentError as error:
            is_fine = _is_one_line(error.args[0])
            return ("refused", "") if is_fine else ("findings", f"reason is not one line: {str(error)[:300]}")
        broken = next(broken_laws(document), "")
        return "findings" if broken else "documents", broken


def broken_laws(document: Document) -> Iterator[str]:
    """Each law that a Document must keep and this one does not."""
    if flaw := first_flaw(document):
        yield flaw
    for block in document.blocks:
        words = block.span.cut(document.text)
        if words != words.strip():
            yield f"a block begins or ends with white space: {words[:60]!r}"
        if (block.kind is BlockKind.HEADING) != (1 <= block.level <= 6) and block.kind is not BlockKind.LIST_ITEM:
            yield f"a {block.kind.value} has level {block.level}"
    for heading in document.headings:
        if not heading.title.strip() or "\n" in heading.title:
            yield f"the title of a heading is not one line: {heading.title[:60]!r}"
    if sum(block.kind is BlockKind.HEADING for block in document.blocks) != len(document.headings):
        yield "headings and heading blocks are not the same number"
    if not _is_one_line(document.title):
        yield f"the title is not one line: {document.title[:60]!r}"
    if any(before > after for before, after in pairwise(document.pages)) or (document.pages and document.pages[0] != 0):
        yield "pages do not begin with the text"
    yield from (f"a note is not one line: {note[:60]!r}" for note in document.notes if not _is_one_line(note))


def _is_one_line(text: str) -> bool:
    return bool(text.strip()) and "\n" not in text and "\r" not in text


def _kind_of(complaint: str) -> str:
    """What two findings of the same bug have in common: the first line up to its value, and where it was raised."""
    first = complaint.partition("\n")[0]
    places = re.findall(r'File ".*?([\w.]+/[\w.]+)", line (\d+)', complaint)
    return f"{re.sub(r'[0-9]+|: .*', '', first)} {places[-1:]}"


def fuzz(
    formats: Sequence[str], *, minutes: float, cases: int | None, seed: int, out: Path, parser: str = _PARSER
) -> Fuzzer:
    """Read broken files of `formats` in turn until the time is over, or until there were `cases` of each."""
    end = time.monotonic() + 60 * minutes
    told = time.monotonic()
    with DocumentLoader(limits=_LIMITS, parser=parser, all_apart=True) as loader:
        fuzzer = Fuzzer(loader, out)
        for number in count() if cases is None else range(cases):
            for name in formats:
                if time.monotonic() > end:
                    return fuzzer
                fuzzer.run(name, number, seed)
            if time.monotonic() > told + _REPORT_SECONDS:
                told = time.monotonic()
                print(
                    f"{fuzzer.counts.total():,} counted, {len(fuzzer.findings)} findings", file=sys.stderr, flush=True
                )
    return fuzzer


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz as the arguments say, print a table, and return 1 if anything was found."""
    options = _options(arguments)
    fuzzer = fuzz(
        options.format or FORMATS, minutes=options.minutes, cases=options.cases, seed=options.seed, out=options.out
    )
    print(f"{'format':8} {'files':>8} {'documents':>10} {'refused':>8} {'findings':>9}")
    for name in options.format or FORMATS:
        figures = [fuzzer.counts[f"{name} {what}"] for what in ("files", "documents", "refused", "findings")]
        print("{:8} {:8,} {:10,} {:8,} {:9,}".format(name, *figures))
    for path in fuzzer.findings:
        print(f"{path}: {path.with_suffix('.reason').read_text('utf-8').splitlines()[1]}")
    return 1 if fuzzer.findings else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (default: %(default)s)")
    parser.add_argument("--cases", type=int, help="stop after this many files of each format")
    parser.add_argument("--seed", type=int, default=0, help="decides every file (default: %(default)s)")
    parser.add_argument("--format", action="append", choices=FORMATS, help="only this one; may be repeated")
    parser.add_argument(
        "--out", type=Path, default=Path("fuzz-findings"), help="folder for findings (default: %(default)s)"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
