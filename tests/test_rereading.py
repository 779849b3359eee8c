"""What the reader says of each sentence, as features: of the best windows only, worked by hand, by a stand-in reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from ragbot.answering import Bot
from ragbot.features import NAMES, ScoredSentence, sentence_features
from ragbot.query import Query
from ragbot.reader import Window, WindowScores
from ragbot.rereading import ALL_NAMES, READER_NAMES, best_windows, reader_values, reread
from ragbot.store import Index

BuildBot = Callable[[Mapping[str, str | bytes]], Bot]
Parts = tuple[Index, Query, list[ScoredSentence]]

FILES = {
    "a.md": "# Driving\n\nDo not drive home after the infusion. Sleep for a night first.\n",
    "b.md": "# Nausea\n\nNausea fades within an hour of the infusion.\n",
    "c.md": "# Costs\n\nPlans refuse to pay for the infusion in full.\n",
}


class LongestFirst:
    """Scores each sentence by its length in words; the first window's `none` is 2, that of others 4."""

    def __init__(self) -> None:
        self.read: list[Window] = []

    def score(self, question: str, windows: Sequence[Window]) -> list[WindowScores]:
        self.read += windows
        return [
            WindowScores(
                sentences=np.array([len(s.split()) for s in window.sentences], dtype=np.float32),
                none=2.0 if i == 0 else 4.0,
                spans=tuple((0, len(s)) for s in window.sentences),
                span_scores=np.arange(len(window.sentences), dtype=np.float32),
            )
            for i, window in enumerate(windows)
        ]


@pytest.fixture
def trace_parts(build_bot: BuildBot) -> Parts:
    bot = build_bot(FILES)
    trace = bot.trace("infusion")
    return bot.index, trace.query, sentence_features(trace.query, trace.retrieval, bot.index)


def test_windows_come_in_the_order_of_their_best_sentence(trace_parts: Parts) -> None:
    _, _, sentences = trace_parts
    numbers = [s.candidate.number for s in sentences]
    assert len(sentences) == 4
    scores = np.arange(4, dtype=np.float32)  # the last sentence is the best
    expected = list(dict.fromkeys(reversed(numbers)))
    assert best_windows(sentences, scores, 9) == expected
    assert best_windows(sentences, scores, 2) == expected[:2]


def test_only_the_best_windows_are_read_and_kept(trace_parts: Parts) -> None:
    index, query, sentences = trace_parts
    reader = LongestFirst()
    scores = np.array([float(s.document.doc_id == "b.md") for s in sentences], dtype=np.float32)
    kept = reread(query, sentences, scores, index, reader, n_windows=1)
    assert [window.sentences[-1] for window in reader.read] == [kept[0].text]
    assert [s.document.doc_id for s in kept] == ["b.md"]
    assert kept[0].values.shape == (len(ALL_NAMES),)
    assert reader.read[0].prefix == "Nausea"


def test_what_was_known_before_stays_in_front(trace_parts: Parts) -> None:
    index, query, sentences = trace_parts
    scores = np.zeros(len(sentences), dtype=np.float32)
    kept = reread(query, sentences, scores, index, LongestFirst())
    assert len(kept) == len(sentences)
    for before, after in zip(sentences, kept, strict=True):
        np.testing.assert_array_equal(after.values[: len(NAMES)], before.values)


def test_the_values_are_worked_out_by_hand(trace_parts: Parts) -> None:
    _, _, sentences = trace_parts
    pair = [s for s in sentences if s.document.doc_id == "a.md"]
    number, places = pair[0].candidate.number, [s.position for s in pair]
    n = max(places) + 1
    logits = np.full(n, -40.0, dtype=np.float32)  # the heading
    logits[places[0]], logits[places[1]] = 3.0, 1.0
    spans = np.full(n, 9.0, dtype=np.float32)
    spans[places[0]], spans[places[1]] = -1.0, 5.0
    read = {number: WindowScores(logits, 1.0, ((0, 1),) * n, spans)}
    values = [dict(zip(READER_NAMES, row, strict=True)) for row in reader_values(pair, read)]
    # Margins 3 - 1 = 2 and 1 - 1 = 0; e^2 = 7.389, e^0 = 1, and 1 for none: shares 7.389 / 9.389 and 1 / 9.389.
    assert [v["reader"] for v in values] == [2.0, 0.0]
    assert [v["reader_share"] for v in values] == pytest.approx([0.78699, 0.10651], abs=1e-4)
    assert [v["reader_rank"] for v in values] == [1.0, 0.5]
    assert [v["reader_window"] for v in values] == [2.0, 2.0]
    # Within the window: 3 - ln(e^3 + e^1) = -0.12693, 1 - ln(e^3 + e^1) = -2.12693.
    assert [v["reader_in_window"] for v in values] == pytest.approx([-0.12693, -2.12693], abs=1e-4)
    assert [v["reader_span"] for v in values] == [-1.0, 5.0]
    assert [v["reader_span_rank"] for v in values] == [0.5, 1.0]


def test_no_sentences_no_values() -> None:
    assert reader_values([], {}).shape == (0, len(READER_NAMES))
