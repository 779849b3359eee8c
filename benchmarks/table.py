"""Results as the README's table. Takes Results, returns Markdown; measures and reads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from benchmarks.errors import BenchmarkError
from benchmarks.judging import Quality
from benchmarks.results import Results, SystemFigures, ratio
from benchmarks.systems import FRAMEWORKS, OURS
from ragbot.evaluation.bootstrap import Metric

START, END = "<!-- benchmarks:start -->", "<!-- benchmarks:end -->"
COMMAND = "python -m benchmarks run --medquad FILE"
_CORPORA = {"medquad": "MedQuAD", "corpus": "`corpus/`"}
_NOT_YET = f"Not measured yet: `{COMMAND}` measures, `python -m benchmarks table` then writes the table here."


def render(results: Results | None) -> str:
    """The block between the README's two marks, without them."""
    if results is None:
        return _NOT_YET
    columns = ["system", "answer in the first", "in the first three", "words in the first"]
    columns += [f"{_CORPORA[name]}, MB/s" for name in results.sizes]
    columns += ["text the encoder reads", "ms a question, p50", "peak memory, GiB"]
    lines = [_introduction(results), "", _row(columns), _row(["---"] * len(columns))]
    lines += [_row(cells) for cells in _rows(results)]
    return "\n".join([*lines, "", *_remarks(results)])


def with_block(document: str, block: str) -> str:
    """`document` with `block` between its two marks. Raises BenchmarkError if it has not exactly these two.

    >>> with_block(f"a {START} old {END} z", "new") == f"a {START}\\nnew\\n{END} z"
    True
    """
    before, start, rest = document.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end or START in after or END in after:
        raise BenchmarkError(f"no single pair of marks {START} and {END} in the document; put them in")
    return f"{before}{START}\n{block}\n{END}{after}"


def _introduction(results: Results) -> str:
    sizes = ", ".join(
        f"{s.n_files} files of {_CORPORA[n]} ({s.n_bytes / 1e6:.2f} MB)" for n, s in results.sizes.items()
    )
    day = datetime.fromisoformat(results.taken)
    changed = " with uncommitted changes" if results.uncommitted_changes else ""
    return (
        f"The same files, {results.n_questions} test questions and encoder (ragbot with its own layers of it) through "
        f"other libraries, each set up as its documentation shows ([benchmarks/README.md](benchmarks/README.md)), printed by `{COMMAND}`: {sizes}; "
        f"{results.rounds} rounds, turn by turn; {results.machine}; {day.day} {day:%B %Y}, commit "
        f"`{results.commit[:12]}`{changed}. × is the ratio to ragbot in the same round; for answers, to the passages "
        "ragbot reads."
    )


def _rows(results: Results) -> list[list[str]]:
    ours = results.systems.get(OURS)
    rows: list[list[str]] = []
    for name, figures in results.systems.items():
        if figures.quotes is not None:
            rows.append([f"**{name}**, quotes", *_quality(figures.quotes, None), *_costs(figures, None, results)])
            empty = ["" for _ in _costs(figures, None, results)]
            rows.append([f"**{name}**, the passages it reads", *_quality(figures.quality, None), *empty])
        else:
            rows.append([name, *_quality(figures.quality, ours), *_costs(figures, ours, results)])
    return rows


def _quality(quality: Quality, ours: SystemFigures | None) -> list[str]:
    first = _share(quality.first, ours.quality.first if ours else None)
    three = _share(quality.three, ours.quality.three if ours else None)
    return [first, three, "" if quality.words is None else f"{quality.words:.0f}"]


def _share(share: Metric, ours: Metric | None) -> str:
    times = f" ×{share.value / ours.value:.2f}" if ours and ours.value and share.value is not None else ""
    return f"{share.value:.2f}{times} ({share.low:.2f} to {share.high:.2f})"


def _costs(figures: SystemFigures, ours: SystemFigures | None, results: Results) -> list[str]:
    def cell(of_theirs: Sequence[float], of_ours: Sequence[float] | None) -> str:
        return f"{median(of_theirs):.3g}" + (f" ×{ratio(of_theirs, of_ours):.2f}" if of_ours else "")

    rates = [
        cell(figures.by_corpus[name].mb_per_second, ours.by_corpus[name].mb_per_second if ours else None)
        for name in results.sizes
    ]
    return [
        *rates,
        _read_shares(figures, results),
        cell(figures.p50_ms, ours.p50_ms if ours else None),
        cell(figures.peak_gib, ours.peak_gib if ours else None),
    ]


def _read_shares(figures: SystemFigures, results: Results) -> str:
    shares = [figures.by_corpus[name].read_share for name in results.sizes]
    return " and ".join(f"{100 * share:.0f} %" for share in shares if share is not None) or "no encoder"


def _remarks(results: Results) -> list[str]:
    ours = results.systems.get(OURS)
    others = [results.systems[name] for name in FRAMEWORKS if name in results.systems]
    lines: list[str] = []
    for name in results.sizes if ours and others else ():
        rates = list(zip(*(other.by_corpus[name].mb_per_second for other in others), strict=True))
        own = ours.by_corpus[name].mb_per_second if ours else []
        middle, fastest = ratio(own, [median(r) for r in rates]), ratio(own, [max(r) for r in rates])
        lines.append(
            f"Taking in {_CORPORA[name]}, ragbot is {middle:.2f} times as fast as the median of the {len(others)} that "
            f"encode, {fastest:.2f} times as fast as the fastest."
        )
        lines.append("")
    versions = {package: v for figures in results.systems.values() for package, v in figures.versions.items()}
    listed = ", ".join(f"{package} {v}" for package, v in sorted(versions.items()))
    return [*lines, f"Versions: {listed}; Python {results.python}."]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
