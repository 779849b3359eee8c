"""Does a passage hold an answer? One rule for every system: eval/README.md, "Right". Takes passages and golds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from benchmarks.records import K, Passage
from ragbot.datatypes import Document, Span
from ragbot.evaluation.bootstrap import Metric, mean_metric
from ragbot.evaluation.golds import Gold
from ragbot.evaluation.measures import count_words, covers, percentile


@dataclass(frozen=True)
class Places:
    """Where passages stand in `text`. White space does not count, because systems join, trim and squeeze it."""

    text: str

    def find(self, wanted: str) -> list[Span]:
        """Every place of `wanted`, overlapping ones too; none if it is blank.

        >>> Places("one  two\\nthree two").find("two three")
        [Span(start=5, end=14)]
        """
        letters = "".join(wanted.split())
        found: list[Span] = []
        at = self._letters.find(letters) if letters else -1
        while at >= 0:
            found.append(Span(self._offsets[at], self._offsets[at + len(letters) - 1] + 1))
            at = self._letters.find(letters, at + 1)
        return found

    @cached_property
    def _letters(self) -> str:
        return "".join(self.text.split())

    @cached_property
    def _offsets(self) -> list[int]:
        return [number for number, character in enumerate(self.text) if not character.isspace()]


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares of questions whose `first` passage, or one of the first `three`, holds an answer; 95 % intervals.

    `words` is the median length of the first passage; `lost` counts passages that stand nowhere in their document, so
    that nothing could be judged right in them.
    """

    first: Metric
    three: Metric
    words: float | None
    lost: int


class Judge:
    """Knows the documents and the golds of each question."""

    def __init__(self, golds: Sequence[tuple[Gold, ...]], documents: dict[str, Document]) -> None:
        self._golds = golds
        self._places = {name: Places(document.text) for name, document in documents.items()}

    def quality(self, returned: Sequence[Sequence[Passage]], *, max_first_words: int | None = None) -> Quality:
        """Quality of what was returned for each question; a first passage above `max_first_words` is not right."""
        firsts: list[float] = []
        threes: list[float] = []
        for passages, golds in zip(returned, self._golds, strict=True):
            right = [self.holds_answer(passage, golds) for passage in passages[:K]]
            if right and max_first_words is not None and count_words(passages[0].text) > max_first_words:
                right[0] = False
            firsts.append(float(right[:1] == [True]))
            threes.append(float(any(right)))
        words = [count_words(passages[0].text) for passages in returned if passages]
        lost = sum(not self._spans(passage) for passages in returned for passage in passages if self._is_known(passage))
        return Quality(mean_metric(firsts), mean_metric(threes), percentile(words, q=50), lost)

    def holds_answer(self, passage: Passage, golds: Collection[Gold]) -> bool:
        """True if the passage covers a gold's answering words or at least 60 % of a gold sentence."""
        spans = self._spans(passage) if self._is_known(passage) else []
        return any(covers(passage.document, span, gold) for span in spans for gold in golds)

    def _is_known(self, passage: Passage) -> bool:
        """False for a document in which no question has its answer."""
        return passage.document in self._places

    def _spans(self, passage: Passage) -> list[Span]:
        return [Span(*passage.span)] if passage.span else self._places[passage.document].find(passage.text)
