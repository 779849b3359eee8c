"""Search and size of large indexes: `python scripts/benchmark_scale.py --chunks 100000 [--texts FILE.jsonl]`

Grows a set of real chunks to so many, builds the indexes of it, opens them and asks real questions. Each step runs in a
process of its own, so that its peak memory is its own. docs/benchmark.md says what the lines mean.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grown_set
import measuring
import numpy as np
import scale_set
from measuring import show
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ragbot.dense import DenseIndex
    from ragbot.encoding import Encoder, Vectors
    from ragbot.lexical import LexicalIndex

RECALLED = 10
WHOLE_UP_TO = 100_000  # the store's writer is given the vectors of all sentences at once: at this size 2 GB


def main() -> None:
    """Make the set, build, open and search its indexes, and print a line for each figure."""
    options = _options()
    if options.child:
        print(json.dumps(CHILDREN[options.child](options)))
        return
    print(f"# {measuring.machine()}\n{'':34} {'ratio':>8}  figures (bound)", flush=True)
    options.folder, made = prepared(options)
    print(f"# {options.chunks:,} chunks: {made}", flush=True)
    show_parts(options)
    if options.chunks <= WHOLE_UP_TO and not options.parts:
        show_whole(options)
    else:
        print("# no generation: dense and lexical index alone, without documents and sentences")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, default=100_000, help="size of the set (%(default)s)")
    parser.add_argument("--texts", type=Path, help="rows with answer, focus and question (default: corpus/ and eval/)")
    parser.add_argument("--cache", type=Path, default=measuring.default_cache(), help="where all stays (%(default)s)")
    parser.add_argument("--minutes", type=float, default=15.0, help="at most so long for encoding real chunks")
    parser.add_argument("--asked", type=int, default=200, help="questions asked")
    parser.add_argument("--parts", action="store_true", help="only the dense and the lexical index, no generation")
    parser.add_argument("--child", choices=tuple(CHILDREN), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def prepared(options: argparse.Namespace) -> tuple[Path, str]:
    """The folder with what the other processes read, and how the set was made."""
    from ragbot.encoding import MiniLmEncoder

    encoder, n = MiniLmEncoder(), options.chunks
    source = scale_set.read_source(options.texts, options.asked)
    folder, cut, encoded = scale_set.real_set(source, encoder, cache=options.cache, n=n, minutes=options.minutes)
    scale_set.write_set(folder, source, encoder, cut, encoded.chunks, n)
    made = grown_set.how_made(source.name, len(cut.documents), len(source.documents), encoded.chunks, n)
    return folder, made


def show_parts(options: argparse.Namespace) -> None:
    """Build, open and search the two indexes alone."""
    for part in ("dense", "lexical"):
        built = _child(part, options)
        figures = f"{built['seconds']:.0f} s, {built['cpu']:.0f} s of processor time, peak {built['peak']:.2f} GiB"
        show(f"building {part}", None, f"{figures}; {built['bytes']:,.0f} bytes a chunk ({built['kind']})")
    found = _child("search", options)
    _show_search(found, "dense + BM25 + fusion p50 under 60 ms at 100,000, under 150 ms at 1,000,000")
    show(f"Recall@{RECALLED}", None, f"{found['recall']:.4f} of exact search, {found['asked']} questions (above 0.97)")


def show_whole(options: argparse.Namespace) -> None:
    """Build a generation through the store, open it as the chat does, and retrieve from it."""
    built = _child("whole", options)
    figures = f"{built['seconds']:.0f} s, {built['cpu']:.0f} s of processor time, peak {built['peak']:.2f} GiB"
    show("writing a generation", None, f"{figures}, the set itself included")
    show("generation beyond text", None, f"{built['bytes']:,.0f} bytes a chunk, sentence vectors apart (under 2,500)")
    _show_search(_child("retrieve", options), "p50 under 60 ms at 100,000 without the reader")


def _show_search(found: dict[str, Any], bound: str) -> None:
    for part, seconds in found["opening"].items():
        show(f"opening {part}", None, f"{seconds:.2f} s")
    for part, (p50, p95, cpu) in found["latency"].items():
        figures = f"p50 {p50:.1f} ms, p95 {p95:.1f} ms; processor time p50 {cpu:.1f} ms"
        show(f"{part} / encoder", cpu / found["latency"]["encoder"][2], figures)
    show("peak memory, search", None, f"{found['peak']:.2f} GiB, what was read of mapped files included ({bound})")


def build_dense(options: argparse.Namespace) -> dict[str, Any]:
    """Build and save the dense index of the folder's vectors."""
    from ragbot.dense import DenseIndex

    target = options.folder / "dense.faiss"
    vectors = np.load(options.folder / "vectors.npy", mmap_mode="r")
    figures = _timed(lambda: DenseIndex.build(vectors).save(target))
    return figures | {"kind": DenseIndex.load(target).kind, "bytes": target.stat().st_size / options.chunks}


def build_lexical(options: argparse.Namespace) -> dict[str, Any]:
    """Build and save the lexical index of the folder's texts, grown to the wanted number."""
    from ragbot.lexical import LexicalIndex

    texts = json.loads((options.folder / "texts.json").read_text("utf-8"))
    target, words = options.folder / "lexical", options.folder / "words.json"

    def build() -> None:
        counts = LexicalIndex.build(scale_set.grown(texts, options.chunks)).save(target)
        words.write_text(json.dumps(counts), "utf-8")

    figures = _timed(build)
    size = sum(path.stat().st_size for path in [*target.iterdir(), words])
    return figures | {"kind": "BM25, float32", "bytes": size / options.chunks}


def build_whole(options: argparse.Namespace) -> dict[str, Any]:
    """Write the set as a generation; sizes are without texts and sentence vectors."""
    from ragbot.encoding import MiniLmEncoder
    from ragbot.store import Index

    encoder, folder = MiniLmEncoder(), options.folder / "index"
    source = scale_set.read_source(options.texts, options.asked)
    _, cut, encoded = scale_set.real_set(source, encoder, cache=options.cache, n=options.chunks, minutes=0)
    figures = _timed(lambda: grown_set.build_index(folder, *grown_set.filled(cut, encoded, options.chunks), encoder))
    index = Index(folder)
    vectors = index.manifest.n_sentences * encoder.dimension * np.dtype(np.float16).itemsize
    return figures | {"bytes": measuring.bytes_beyond_text(index) - vectors / options.chunks}


def search(options: argparse.Namespace) -> dict[str, Any]:
    """Open both indexes, ask the folder's questions, and compare the dense ranking with exact search."""
    from ragbot.dense import DenseIndex
    from ragbot.encoding import MiniLmEncoder
    from ragbot.lexical import LexicalIndex

    encoder, folder = MiniLmEncoder(), options.folder
    DenseIndex.load(folder / "dense.faiss")  # brings the imports, which are no part of opening
    opening: dict[str, float] = {}
    dense = _clocked(opening, "dense", lambda: DenseIndex.load(folder / "dense.faiss"))
    counts = json.loads((folder / "words.json").read_text("utf-8"))
    lexical = _clocked(opening, "lexical", lambda: LexicalIndex.load(folder / "lexical", counts, options.chunks))
    questions = json.loads((folder / "questions.json").read_text("utf-8"))
    latency, peak = latencies(questions, encoder, dense, lexical), _peak()
    vectors, queries = np.load(folder / "vectors.npy", mmap_mode="r"), np.load(folder / "questions.npy")
    queries = queries[: len(questions)]
    found = {"opening": opening, "latency": latency, "peak": peak, "asked": len(queries)}
    return found | {"recall": recall(dense, vectors, queries)}


def retrieve(options: argparse.Namespace) -> dict[str, Any]:
    """Open the generation and retrieve for the folder's questions as answering does."""
    from ragbot import retrieval
    from ragbot.encoding import MiniLmEncoder
    from ragbot.query import build_query
    from ragbot.reading import READ_CHUNKS
    from ragbot.store import Index

    encoder = MiniLmEncoder()
    opening: dict[str, float] = {}
    index = _clocked(opening, "generation", lambda: Index(options.folder / "index"))

    def ask(question: str, watch: Stopwatch) -> None:
        watch.time("encoder", lambda: encoder.encode([question]))
        query = watch.time("query", lambda: build_query(question, index.lexical))
        watch.time("retrieval with its encoder call", lambda: retrieval.retrieve(query, index, encoder, k=READ_CHUNKS))

    questions = json.loads((options.folder / "questions.json").read_text("utf-8"))
    return {"opening": opening, "latency": _asked(questions, ask).figures(), "peak": _peak()}


def latencies(
    questions: Sequence[str], encoder: Encoder, dense: DenseIndex, lexical: LexicalIndex
) -> dict[str, list[float]]:
    """Figures of each step of retrieval without documents, and of what they are together."""
    from ragbot.query import build_query
    from ragbot.retrieval import CANDIDATES, _best, fuse, lexical_scores

    def ask(question: str, watch: Stopwatch) -> None:
        vector = watch.time("encoder", lambda: encoder.encode([question])[0])
        query = watch.time("query", lambda: build_query(question, lexical))
        rows, _ = watch.time("dense", lambda: dense.search(vector, CANDIDATES))
        scores = watch.time("BM25 scores", lambda: lexical_scores(query, lexical))
        best = watch.time("BM25 best", lambda: _best(scores, CANDIDATES))
        watch.time("fusion", lambda: fuse([rows.tolist(), best.tolist()]))

    watch = _asked(questions, ask)
    search = ("dense", "BM25 scores", "BM25 best", "fusion")
    together = {"dense + BM25 + fusion": search, "all of it": (*search, "query", "encoder")}
    return watch.figures(together)


class Stopwatch:
    """Wall and processor time of steps that are taken again and again, once a question."""

    def __init__(self) -> None:
        self._times: dict[str, list[tuple[float, float]]] = {}

    def time(self, part: str, step: Callable[[], Any]) -> Any:
        """What `step` gives; its time counts for `part`."""
        wall, cpu = time.perf_counter(), time.process_time()
        result = step()
        times = (time.perf_counter() - wall, time.process_time() - cpu)
        self._times.setdefault(part, []).append(times)
        return result

    def figures(self, together: Mapping[str, Sequence[str]] | None = None) -> dict[str, list[float]]:
        """Median and 95th percentile of wall time and median of processor time in ms, also of steps `together`."""
        parts = {part: np.array(times) * 1000 for part, times in self._times.items()}
        parts |= {name: np.sum([parts[part] for part in steps], axis=0) for name, steps in (together or {}).items()}
        return {part: [*np.percentile(t[:, 0], [50, 95]), float(np.median(t[:, 1]))] for part, t in parts.items()}


def _asked(questions: Sequence[str], ask: Callable[[str, Stopwatch], None]) -> Stopwatch:
    """Each question asked once; the first few twice, to warm up."""
    for question in questions[:5]:
        ask(question, Stopwatch())
    watch = Stopwatch()
    for question in questions:
        ask(question, watch)
    return watch


def recall(dense: DenseIndex, vectors: NDArray[np.float16], queries: Vectors) -> float:
    """Share of the RECALLED exactly nearest vectors that the index has among its own first RECALLED."""
    found = [set(dense.search(query, RECALLED)[0].tolist()) for query in queries]
    truth = exact(vectors, queries, RECALLED)
    return float(np.mean([len(mine & set(row)) / len(row) for mine, row in zip(found, truth.tolist(), strict=True)]))


def exact(vectors: NDArray[np.float16], queries: Vectors, k: int, *, block: int = 20_000) -> NDArray[np.int64]:
    """Rows (q, k) of the vectors with the greatest inner product, by comparing all, `block` of them at a time."""
    similarities = np.zeros((len(queries), 0), dtype=np.float32)
    rows = np.zeros((len(queries), 0), dtype=np.int64)
    for start in range(0, len(vectors), block):
        found = queries @ vectors[start : start + block].astype(np.float32).T
        best = np.argpartition(-found, min(k, found.shape[1]) - 1, axis=1)[:, :k]
        similarities = np.concatenate([similarities, np.take_along_axis(found, best, axis=1)], axis=1)
        rows = np.concatenate([rows, best + start], axis=1)
        order = np.argsort(-similarities, axis=1, kind="stable")[:, :k]
        similarities = np.take_along_axis(similarities, order, axis=1)
        rows = np.take_along_axis(rows, order, axis=1)
    return rows


def _clocked(seconds: dict[str, float], name: str, step: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    result = step()
    seconds[name] = time.perf_counter() - started
    return result


def _timed(step: Callable[[], None]) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    step()
    return {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "peak": _peak()}


def _peak() -> float:
    """Greatest resident memory of this process so far in GiB; where the system tells only that, its parent's counts."""
    try:
        status = Path("/proc/self/status").read_text("utf-8")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return int(status.partition("VmHWM:")[2].split()[0]) / 2**20


def _child(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """What a process of its own says about one step."""
    arguments = ["--child", name, "--folder", str(options.folder), "--cache", str(options.cache)]
    arguments += ["--chunks", str(options.chunks), "--asked", str(options.asked)]
    arguments += ["--texts", str(options.texts)] if options.texts else []
    result: dict[str, Any] = json.loads(measuring.python_output(str(Path(__file__).resolve()), *arguments))
    return result


CHILDREN: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "dense": build_dense,
    "lexical": build_lexical,
    "search": search,
    "whole": build_whole,
    "retrieve": retrieve,
}


if __name__ == "__main__":
    main()
