"""Speed and size, side by side in one run: `python scripts/benchmark.py --medquad FILE [--only help,cold,…]`

Prints ratios first (they hold on other machines), absolute figures second, the bound last. docs/benchmark.md says how
each figure is taken and how the large set is made. Measures only; nothing here is used by ragbot.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from grown_set import SEED, cut_documents, dev_questions, documents_of, large_set, read_rows
from measuring import (
    bytes_beyond_text,
    default_cache,
    interleaved,
    machine,
    matmul_peak,
    python_output,
    seconds,
    show,
    transformer_operations,
)

if TYPE_CHECKING:
    from ragbot.encoding import MiniLmEncoder
    from ragbot.reader import Reader

PARTS = ("help", "cold", "memory", "latency", "ingest", "large")  # a child's peak counts its parent's: light ones first
PLAIN_BATCHES = (8, 16, 32, 64)
INGESTED_DOCUMENTS = 300
AVX2_ALONE = {
    "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "DNNL_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2", "FBGEMM_ENABLE_INSTRUCTIONS": "AVX2",
}  # fmt: skip
_CLI = "from ragbot.cli import app; app()"  # what the installed command `ragbot` runs


def main() -> None:
    """Run the chosen parts in the order of PARTS and print a line for each figure."""
    options = _options()
    if options.isa:
        os.environ |= AVX2_ALONE  # before torch is loaded, which reads them once
    if options.child:
        _child(options)
        return
    imitated = ", held to AVX2" if options.isa else ""
    print(f"# {machine()}{imitated}\n{'':34} {'ratio':>8}  figures (bound)", flush=True)
    runs: dict[str, Callable[[argparse.Namespace], None]] = {
        "help": time_help, "cold": time_cold_start, "memory": peak_memory,
        "latency": small_latency, "ingest": ingestion_speed, "large": large_latency,
    }  # fmt: skip
    for part in PARTS:
        if part in options.only:
            runs[part](options)
    if left_out := [part for part in PARTS if part not in options.only]:
        print(
            f"# left out: {', '.join(left_out)}" + ("" if options.medquad else "; large and ingest need --medquad FILE")
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help=f"parts to run, of {','.join(PARTS)} (default: all that have their files)")
    parser.add_argument("--index", type=Path, default=Path("index"), help="the small index")
    parser.add_argument("--corpus", type=Path, default=Path("corpus"), help="what the memory part ingests")
    parser.add_argument("--questions", type=Path, default=Path("eval/questions.jsonl"), help="their dev rows are asked")
    parser.add_argument("--medquad", type=Path, help="medquad.jsonl, for the parts large and ingest")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where encodings stay (%(default)s)")
    parser.add_argument("--minutes", type=float, default=15.0, help="at most so long for encoding the large set")
    parser.add_argument("--chunks", type=int, default=50_000, help="size of the large set")
    parser.add_argument("--asked", type=int, default=200, help="questions asked per index")
    parser.add_argument("--documents", type=int, default=INGESTED_DOCUMENTS, help="documents of the part ingest")
    parser.add_argument("--isa", choices=("avx2",), help="hold this processor to an older one's instructions")
    parser.add_argument("--child", choices=("ask", "ingest"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    needing = {"large", "ingest"}  # a file that is no part of the repository
    if options.only is None:
        options.only = ",".join(part for part in PARTS if options.medquad or part not in needing)
    options.only = options.only.split(",")
    if unknown := set(options.only) - set(PARTS):
        parser.error(f"--only {','.join(sorted(unknown))}: choose from {','.join(PARTS)}")
    if options.medquad is None and needing & set(options.only) and not options.child:
        parser.error("the parts large and ingest need --medquad FILE")
    return options


def time_help(options: argparse.Namespace) -> None:
    """`ragbot --help` beside an empty Python, turn by turn."""
    del options
    ours, empty = interleaved(
        [lambda: python_output("-c", _CLI, "--help"), lambda: python_output("-c", "pass")], rounds=7
    )
    show("--help / empty python", ours / empty, f"{ours:.2f} s / {empty:.3f} s (under 0.5 s)")


def time_cold_start(options: argparse.Namespace) -> None:
    """A fresh process to its first answer, beside one that only imports sentence-transformers."""
    question = dev_questions(options.questions, 1)[0]
    arguments = ("-c", _CLI, "ask", question, "--index", str(options.index), "--json")
    ours, bare = interleaved(
        [lambda: python_output(*arguments), lambda: python_output("-c", "import sentence_transformers")], rounds=3
    )
    show("cold answer / bare import", ours / bare, f"{ours:.1f} s / {bare:.1f} s (under 12 s)")


def peak_memory(options: argparse.Namespace) -> None:
    """Peak resident memory of 50 questions and of an ingest, each in its own process."""
    for kind in ("ask", "ingest"):
        paths = ("--index", str(options.index), "--corpus", str(options.corpus), "--questions", str(options.questions))
        peak = int(python_output(str(Path(__file__).resolve()), "--child", kind, *paths)) / 2**20
        show(f"peak memory, {kind}", None, f"{peak:.2f} GiB (under 1.2 GB = 1.12 GiB)")


def _child(options: argparse.Namespace) -> None:
    """What `peak_memory` runs; prints its own peak in KiB."""
    from ragbot.answering import open_bot
    from ragbot.ingestion import ingest

    if options.child == "ask":
        bot = open_bot(options.index)
        for question in dev_questions(options.questions, 50):
            bot.ask(question)
    else:
        with tempfile.TemporaryDirectory() as folder:
            ingest([options.corpus], index=Path(folder))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def small_latency(options: argparse.Namespace) -> None:
    """Questions on the small index, without the reader beside a plain encoder call, with it beside a plain reader call."""
    from ragbot.encoding import MiniLmEncoder
    from ragbot.features import chunk_view
    from ragbot.reader import Reader
    from ragbot.rereading import READ_WINDOWS
    from ragbot.store import Index

    encoder = MiniLmEncoder()
    questions = dev_questions(options.questions, options.asked)
    bounds = "p50 under 60 ms, p95 under 150 ms; 100 and 200 where AVX2 is all"
    _show_latency("question / encoder, no reader", options.index, questions, encoder, bounds)
    reader, index = Reader(encoder), Index(options.index)
    chunks = [index.chunk(number) for number in range(index.manifest.n_chunks)]
    views = [chunk_view(index, chunk).window for chunk in chunks[:: max(1, len(chunks) // READ_WINDOWS)]]

    def read_plainly(question: str) -> None:
        reader.score(question, views[:READ_WINDOWS])

    _show_latency(
        f"question / {READ_WINDOWS} windows read", options.index, questions, encoder,
        "p50 under 250 ms, p95 under 500 ms on AVX2", reader=reader, beside=read_plainly,
    )  # fmt: skip


def large_latency(options: argparse.Namespace) -> None:
    """Real questions of the file on the large set, built through the store and opened by the Bot."""
    from ragbot.encoding import MiniLmEncoder

    encoder = MiniLmEncoder()
    index, made = large_set(options.medquad, encoder, cache=options.cache, n=options.chunks, minutes=options.minutes)
    print(f"# large set: {made}", flush=True)
    rows = read_rows(options.medquad)
    chosen = np.random.default_rng(SEED).choice(len(rows), min(options.asked, len(rows)), replace=False)
    questions = [rows[i]["question"] for i in chosen]
    _show_latency("question / encoder, large", index, questions, encoder, "p50 under 120 ms")


def _show_latency(
    name: str,
    folder: Path,
    questions: Sequence[str],
    encoder: MiniLmEncoder,
    bounds: str,
    *,
    reader: Reader | None = None,
    beside: Callable[[str], object] | None = None,
) -> None:
    """Latency of a Bot on `questions`, each next to `beside` (None: the encoder called with the question)."""
    from ragbot.answering import Bot
    from ragbot.safety_model import SafetyModel

    bot = Bot(folder, encoder, SafetyModel(encoder), reader)
    plainly = beside or (lambda question: encoder.encode([question]))
    for question in questions[:5]:
        bot.ask(question)
    pairs = [(seconds(partial(plainly, q)), seconds(partial(bot.ask, q))) for q in questions]
    plain, ours = np.percentile(np.array(pairs) * 1000, [50, 95], axis=0).T
    figures = f"p50 {ours[0]:.0f} ms, p95 {ours[1]:.0f} ms / p50 {plain[0]:.0f} ms, p95 {plain[1]:.0f} ms"
    show(name, float(ours[0] / plain[0]), f"{figures}; {bot.index.manifest.n_chunks:,} chunks ({bounds})")
    show("index beyond text", None, f"{bytes_beyond_text(bot.index):,.0f} bytes a chunk")


def ingestion_speed(options: argparse.Namespace) -> None:
    """Chunks per second of the encoding and of a whole ingest, beside SentenceTransformer.encode at its best batch."""
    from sentence_transformers import SentenceTransformer

    from ragbot.encoding import MiniLmEncoder, packaged_folder
    from ragbot.ingestion import ingest

    encoder = MiniLmEncoder()
    documents = documents_of(read_rows(options.medquad))[: options.documents]
    passages = cut_documents(documents, encoder).passages
    texts = [f"{passage.prefix} {passage.text}" for passage in passages]
    plain = SentenceTransformer(str(packaged_folder()), device="cpu", local_files_only=True)
    with tempfile.TemporaryDirectory() as name:
        corpus = Path(name, "corpus")
        corpus.mkdir()
        for number, document in enumerate(documents):
            (corpus / f"{number:05}.txt").write_text(document.text, "utf-8")
        runs: list[Callable[[], object]] = [partial(plain.encode, texts, batch_size=size) for size in PLAIN_BATCHES]
        runs += [partial(encoder.encode_passages, passages)]
        runs += [partial(ingest, [corpus], index=Path(name, "index"), encoder=encoder)]
        *loops, ours, whole = interleaved(runs, rounds=3)
    best = min(loops)
    rate = f"plain loop {len(texts) / best:.0f} chunks/s, batch {PLAIN_BATCHES[loops.index(best)]}; {len(texts)} chunks"
    show("encoding / plain loop", best / ours, f"{len(texts) / ours:.0f} / {rate} (at least 1.0)")
    lengths = [min(n, encoder.max_pieces) for n in encoder.count_pieces(texts)]
    reached = transformer_operations(lengths, layers=6, width=384, inner=1536) / ours
    peak = matmul_peak()
    figures = f"{reached / 1e9:.0f} of {peak / 1e9:.0f} billion operations a second in one product of 2,048 square"
    show("encoding / processor's peak", reached / peak, figures)
    show("whole ingest / plain loop", best / whole, f"{len(texts) / whole:.0f} / {rate}")


if __name__ == "__main__":
    main()
