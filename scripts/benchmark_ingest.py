"""What ingesting again costs: one changed file, and none, beside a full build of the same documents.

    python scripts/benchmark_ingest.py --documents 2000
    PYTHONPATH=. python scripts/benchmark_ingest.py --documents 200 --format pdf

The documents are the repository's own articles, over and over with other names and numbers, so no passage repeats.
Ratios of one run on one machine; the encoder is loaded before the clock starts. Then both are timed as commands, with
the start of the program, beside a program that only starts. With another format than Markdown a full build that reads
each file when its turn comes stands beside one that reads ahead.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from unittest import mock

from grown_set import exchanged, names_in

from ragbot.encoding import MiniLmEncoder
from ragbot.ingestion import IngestReport, ingest
from ragbot.loaders.ahead import Ahead, read_ahead
from ragbot.loaders.markdown import load_markdown
from ragbot.loaders.source import SourceFile

_HEADING = re.compile(r"^#+ .*$", re.MULTILINE)
ROOT = Path(__file__).parents[1]
IN_ONE_RUN = "import sys; from ragbot.cli import app; app(sys.argv[1:])"


def main() -> None:
    """Build, change one file, build again, and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--format", choices=("md", "html", "docx", "epub", "pdf"), default="md")
    options = parser.parse_args()
    suffix: str = options.format
    with tempfile.TemporaryDirectory(prefix="ragbot-ingest-") as name:
        corpus, index = Path(name, "corpus"), Path(name, "index")
        texts = texts_of(options.documents)
        corpus.mkdir()
        for number, text in enumerate(texts):
            (corpus / f"{number:05}.{suffix}").write_bytes(saved(text, suffix))
        encoder = MiniLmEncoder()
        full = timed("full build", corpus, index, encoder)
        if suffix != "md":
            with mock.patch("ragbot.ingestion.run.read_ahead", partial(read_ahead, ahead=Ahead(files=0))):
                slow = timed("not read ahead", corpus, Path(name, "other"), encoder)
            print(f"full build / not read ahead     {full / slow:.2%}")
        number = len(texts) // 2
        added = texts[number] + "\n## Added\n\nOne sentence was added here.\n"
        (corpus / f"{number:05}.{suffix}").write_bytes(saved(added, suffix))
        one = timed("one file changed", corpus, index, encoder)
        none = timed("nothing changed", corpus, index, encoder)
        print(f"one file changed / full build   {one / full:.2%} (under 2 %)")
        print(f"nothing changed                 {none:.2f} s (under 1 s)")
        start = command_seconds("--version")
        again = command_seconds("ingest", str(corpus), "--index", str(index))
        print(f"as a command, nothing changed   {again:.2f} s, of which the program's start {start:.2f} s")


def texts_of(n: int) -> list[str]:
    """The texts of `n` documents in Markdown."""
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "corpus").glob("*.md")) if path.name != "SOURCES.md"]
    names = names_in(texts)
    made = []
    for number in range(n):
        copy, article = divmod(number, len(texts))
        changed = exchanged(names, copy) if copy else str
        # the number in every heading makes every passage another one
        made.append(_HEADING.sub(rf"\g<0> (leaflet {number})", changed(texts[article])))
    return made


def saved(text: str, suffix: str) -> bytes:
    """A file of the format with the headings, paragraphs, items and rows of a Markdown text."""
    if suffix == "md":
        return text.encode()
    from measure_formats import WRITERS, parts

    document = load_markdown(SourceFile("a.md", "a.md", text.encode(), ""))
    return WRITERS[suffix](list(parts(document)), document.title)


def timed(what: str, corpus: Path, index: Path, encoder: MiniLmEncoder) -> float:
    """Seconds of one ingest, told with its stages."""
    started = time.perf_counter()
    report: IngestReport = ingest([corpus], index=index, encoder=encoder)
    seconds = time.perf_counter() - started
    stages = ", ".join(f"{stage} {spent:.1f}" for stage, spent in report.seconds.items())
    told = f"{report.n_documents} documents, {report.n_chunks} passages, {report.n_embedded} embedded"
    print(f"{what:<18} {seconds:8.2f} s  {told}  ({stages})", flush=True)
    return seconds


def command_seconds(*arguments: str) -> float:
    """Seconds of one run of the command line, its start included."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", IN_ONE_RUN, *arguments], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
