"""Measures of answers, rankings, refusals and cost: pure functions of values. Intervals are `bootstrap`'s.

None means that a measure cannot be judged; such a question is left out, never counted as zero.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from ragbot.datatypes import Chunk, Quote, Span
from ragbot.evaluation.golds import Gold

MAX_FIRST_QUOTE_WORDS = 60  # eval/README.md, "Right"
MIN_COVERED_SHARE = 0.6  # eval/README.md, "Right"
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = frozenset(string.punctuation)


def is_right(quote: Quote, golds: Collection[Gold]) -> bool:
    """True if the quote covers a gold's answering words, or at least 60 % of the characters of a gold sentence.

    The quote must be from the gold's document; its length is judged by `right_ranks`. eval/README.md, "Right".
    """
    return any(covers(quote.document, quote.span, gold) for gold in golds)


def covers(document: str, span: Span, gold: Gold) -> bool:
    """True if `span` of `document` covers the gold's answering words or at least 60 % of its sentence.

    >>> gold = Gold("a.md", Span(10, 20), Span(18, 20), "0123456789", 0)
    >>> covers("a.md", Span(0, 16), gold), covers("a.md", Span(0, 15), gold), covers("b.md", Span(0, 99), gold)
    (True, False, False)
    >>> covers("a.md", Span(18, 30), gold)
    True
    """
    if document != gold.document or gold.relevance is not None:
        return False  # of a document that is relevant as a whole nobody has said which sentence answers
    if gold.answer is not None and span.contains(gold.answer):
        return True
    return span.overlap(gold.sentence) >= MIN_COVERED_SHARE * len(gold.sentence)


def right_ranks(quotes: Sequence[Quote], golds: Collection[Gold]) -> tuple[int, ...]:
    """Ranks (from 1) of the right quotes; a first quote of more than 60 words is never right."""
    return tuple(
        rank
        for rank, quote in enumerate(quotes, start=1)
        if is_right(quote, golds) and (rank > 1 or count_words(quote.text) <= MAX_FIRST_QUOTE_WORDS)
    )


def relevant_ranks(ranking: Sequence[Chunk], golds: Collection[Gold]) -> tuple[int, ...]:
    """Ranks (from 1) of the chunks that hold an answer, by the rule of `is_right` and without its limit of words.

    Where the golds are whole documents, of the different documents: each stands where its first chunk stands.
    """
    return tuple(rank for rank, grade in enumerate(_grades(ranking, golds), start=1) if grade)


def relevant_grades(ranking: Sequence[Chunk], golds: Collection[Gold]) -> tuple[int, ...]:
    """How relevant each item of `relevant_ranks` is, in the same order: 1 for every chunk that holds an answer."""
    return tuple(grade for grade in _grades(ranking, golds) if grade)


def ideal_grades(near: Sequence[Chunk], golds: Collection[Gold]) -> tuple[int, ...]:
    """The grades of all that is relevant: of every gold document, or of the chunks `near` that hold an answer.

    `near` are all chunks of the gold documents. A relevant document that the index lacks counts too: it is missed.
    """
    whole = {gold.document: gold.relevance for gold in golds if gold.relevance is not None}
    return tuple(whole.values()) if whole else relevant_grades(near, golds)


def count_words(text: str) -> int:
    """Number of runs without white space.

    >>> count_words("40 to 60 minutes.")
    4
    """
    return len(text.split())


def normalise(text: str) -> str:
    """Lower case, without ASCII punctuation and English articles, single blanks (SQuAD 2.0 evaluation script).

    >>> normalise("The  40-minute infusion, an hour!")
    '40minute infusion hour'
    """
    bare = "".join(c for c in text.lower() if c not in _PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(prediction: str, golds: Collection[str]) -> float:
    """1.0 if the normalised prediction equals a normalised gold, else 0.0 (Rajpurkar et al. 2018). No gold means "".

    >>> exact_match("An hour.", ["hour", "two hours"]), exact_match("", []), exact_match("hour", [])
    (1.0, 1.0, 0.0)
    """
    return float(any(normalise(prediction) == gold for gold in _normalised(golds)))


def token_f1(prediction: str, golds: Collection[str]) -> float:
    """Harmonic mean of token precision and recall, the best over the golds (Rajpurkar et al. 2018). No gold means "".

    >>> token_f1("about one hour", ["one hour", "two"])  # precision 2/3, recall 2/2
    0.8
    >>> token_f1("", []), token_f1("hour", []), token_f1("the", ["a"])
    (1.0, 0.0, 1.0)
    """
    return max(_token_f1(normalise(prediction).split(), gold.split()) for gold in _normalised(golds))


def success(ranks: Collection[int], *, k: int) -> float:
    """1.0 if a relevant item stands among the first k, else 0.0 (TREC's Success@k; Craswell and Hawking 2004).

    Some call it hit@k or accuracy@k, and some recall@k, which here is another measure.

    >>> success([3, 7], k=3), success([3, 7], k=2), success([], k=5)
    (1.0, 0.0, 0.0)
    """
    return float(any(rank <= k for rank in ranks))


def reciprocal_rank(ranks: Collection[int]) -> float:
    """1 / rank of the first relevant item, 0.0 if none was found (Voorhees 1999); its mean is MRR.

    >>> reciprocal_rank([4, 9]), reciprocal_rank([])
    (0.25, 0.0)
    """
    return 1 / min(ranks) if ranks else 0.0


def recall(ranks: Collection[int], *, k: int, n_relevant: int) -> float | None:
    """Share of the relevant items that stand among the first k (Manning et al. 2008, 8.4); None if nothing is relevant.

    >>> recall([1, 12], k=10, n_relevant=4), recall([], k=10, n_relevant=0)
    (0.25, None)
    """
    return sum(rank <= k for rank in ranks) / n_relevant if n_relevant else None


def ndcg(ranks: Collection[int], *, k: int, n_relevant: int) -> float | None:
    """Discounted cumulative gain of the first k over the best possible, binary gains (Jarvelin and Kekalainen 2002).

    >>> ndcg([1, 2], k=10, n_relevant=2), ndcg([3], k=10, n_relevant=1), ndcg([3], k=2, n_relevant=1)
    (1.0, 0.5, 0.0)
    """
    if not n_relevant:
        return None
    gain = sum(1 / math.log2(rank + 1) for rank in ranks if rank <= k)
    return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(k, n_relevant) + 1))


def graded_ndcg(ranks: Sequence[int], grades: Sequence[int], *, ideal: Sequence[int], k: int) -> float | None:
    """nDCG with `grades` (parallel to `ranks`) as gains; `ideal` are the grades of all relevant items.

    Gains are the grades themselves, as in trec_eval and BEIR (Thakur et al. 2021), not 2 to their power.

    >>> round(graded_ndcg([1, 2], [1, 2], ideal=[2, 1], k=10), 4)  # (1 + 2 / log2(3)) / (2 + 1 / log2(3))
    0.8597
    >>> graded_ndcg([3], [1], ideal=[1], k=10) == ndcg([3], k=10, n_relevant=1)
    True
    """
    best = _gain(range(1, k + 1), sorted(ideal, reverse=True)[:k])
    found = [(rank, grade) for rank, grade in zip(ranks, grades, strict=True) if rank <= k]
    return _gain([rank for rank, _ in found], [grade for _, grade in found]) / best if best else None


def precision_of(wanted: ArrayLike, found: ArrayLike) -> float | None:
    """Share of the found that were wanted (van Rijsbergen 1979, chapter 7); None if nothing was found.

    >>> precision_of([True, True, False], [True, False, True]), precision_of([True], [False])
    (0.5, None)
    """
    hits = np.asarray(wanted, dtype=bool)[np.asarray(found, dtype=bool)]
    return float(hits.mean()) if hits.size else None


def recall_of(wanted: ArrayLike, found: ArrayLike) -> float | None:
    """Share of the wanted that were found (van Rijsbergen 1979, chapter 7); None if nothing was wanted.

    >>> recall_of([True, True, False], [True, False, True]), recall_of([False], [True])
    (0.5, None)
    """
    return precision_of(found, wanted)


def f1_of(wanted: ArrayLike, found: ArrayLike) -> float | None:
    """2 TP / (2 TP + FP + FN): harmonic mean of precision and recall; None if nothing was wanted.

    >>> f1_of([1, 1, 1, 0], [1, 0, 0, 0])  # precision 1, recall 1/3
    0.5
    """
    w, f = np.asarray(wanted, dtype=bool), np.asarray(found, dtype=bool)
    return float(2 * (w & f).sum() / (w.sum() + f.sum())) if w.any() else None


def balanced_accuracy(answerable: ArrayLike, shown: ArrayLike) -> float | None:
    """Mean of the share answered of the answerable and the share refused of the others (Brodersen et al. 2010).

    None unless there are both.

    >>> balanced_accuracy([1, 1, 0, 0], [1, 1, 1, 0])  # 2/2 answered, 1/2 refused
    0.75
    """
    a, s = np.asarray(answerable, dtype=bool), np.asarray(shown, dtype=bool)
    answered, refused = recall_of(a, s), recall_of(~a, ~s)
    return None if answered is None or refused is None else (answered + refused) / 2


def percentile(values: ArrayLike, *, q: float) -> float | None:
    """The q-th percentile (0 to 100), linear between neighbours (type 7 of Hyndman and Fan 1996); None of nothing.

    >>> percentile([10.0, 20.0, 40.0], q=50), percentile([10.0, 20.0], q=95), percentile([], q=50)
    (20.0, 19.5, None)
    """
    numbers = np.asarray(values, dtype=np.float64)
    return float(np.percentile(numbers, q)) if numbers.size else None


def _grades(ranking: Sequence[Chunk], golds: Collection[Gold]) -> Iterator[int]:
    """The relevance of each item of a ranking: of each chunk, or of each document when it first comes."""
    whole = {gold.document: gold.relevance for gold in golds if gold.relevance is not None}
    if not whole:
        yield from (int(any(covers(chunk.doc_id, chunk.span, gold) for gold in golds)) for chunk in ranking)
        return
    for document in dict.fromkeys(chunk.doc_id for chunk in ranking):
        yield whole.get(document, 0)


def _normalised(golds: Collection[str]) -> list[str]:
    """The golds normalised; one of which nothing is left is none, and no gold means "" (as the official script has it)."""
    return [gold for gold in map(normalise, golds) if gold] or [""]


def _gain(ranks: Iterable[int], grades: Iterable[int]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in zip(ranks, grades, strict=False))


def _token_f1(predicted: list[str], gold: list[str]) -> float:
    if not predicted or not gold:
        return float(predicted == gold)
    shared = sum((Counter(predicted) & Counter(gold)).values())
    return 2 * shared / (len(predicted) + len(gold))
