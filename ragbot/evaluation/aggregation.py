"""Results to figures: each measure over the questions that it can judge, with its interval. Prints and writes nothing.

`right@k`, items and sides are at threshold 0; what the person saw at the threshold in use is `...(at_threshold)`, the
SQuAD measures and the refusals. Questions whose relevant documents alone are known take part in retrieval only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ragbot.datatypes import DISCLAIMER, Outcome
from ragbot.evaluation import items, measures, selective
from ragbot.evaluation.bootstrap import NOT_JUDGED, Metric, Rows, mean_metric, metric
from ragbot.evaluation.cost import Cost
from ragbot.evaluation.runner import Result, Retrieval

RANKERS = ("lexical", "dense", "fused", "final")
LIST = "list"  # the kind of question that asks for several items
SUCCESS_AT, RECALL_AT = (1, 3, 5, 10, 20), (5, 10, 20, 100)
BREAKDOWNS: dict[str, Callable[[Result], str | None]] = {
    "kind": lambda result: result.example.kind,
    "style": lambda result: result.example.style,
    "topic": lambda result: result.example.topic,
}


def aggregate(results: Sequence[Result], *, cost: Cost | None = None) -> dict[str, Metric]:
    """Every measure by its name; those that no question can judge have the value None."""
    messages = [result for result in results if result.example.is_safety]
    questions = [result for result in results if not result.example.is_safety]
    judged = [result for result in questions if not result.example.is_ranking_only]
    return {
        **_answers(judged),
        **_exactness(judged),
        **_parts(judged),
        **_refusals(judged),
        **_confidence(judged),
        **_retrieval(questions),
        **_safety(messages, questions),
        **_integrity(results),
        **_cost(results, cost or Cost()),
    }


def measure_names() -> tuple[str, ...]:
    """The names of all measures, for each of RANKERS those of its ranking."""
    return tuple(aggregate([]))


def breakdown(results: Sequence[Result], field: str) -> dict[str, dict[str, Metric]]:
    """right@1 and right@3 of the answerable questions, by the `kind`, `style` or `topic` of their rows."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        name = BREAKDOWNS[field](result)
        if result.example.is_answerable and not result.example.is_ranking_only and name is not None:
            groups.setdefault(name, []).append(result)
    return {
        name: {f"right@{k}": mean_metric([float(r.is_right(k=k)) for r in groups[name]]) for k in (1, 3)}
        for name in sorted(groups)
    }


def confidence_pairs(results: Iterable[Result]) -> tuple[list[float], list[bool]]:
    """Confidence of each question that the gate let pass, and whether its first quote is right."""
    rated = (Outcome.ANSWERED, Outcome.NO_ANSWER)
    questions = (r for r in results if not r.example.is_safety and not r.example.is_ranking_only)
    judged = [r for r in questions if r.answer.outcome in rated]
    return [r.answer.confidence for r in judged], [r.is_right(k=1) for r in judged]


def _answers(questions: Sequence[Result]) -> dict[str, Metric]:
    answerable = [r for r in questions if r.example.is_answerable]
    return {
        "right@1": mean_metric([float(r.is_right(k=1)) for r in answerable]),
        "right@3": mean_metric([float(r.is_right(k=3)) for r in answerable]),
        "right@1(at_threshold)": mean_metric([float(r.is_shown and r.is_right(k=1)) for r in answerable]),
        "right@3(at_threshold)": mean_metric([float(r.is_shown and r.is_right(k=3)) for r in answerable]),
        "median_quote_words": metric(
            [[measures.count_words(r.candidates[0].text)] for r in questions if r.candidates], _percentile(50)
        ),
    }


def _exactness(questions: Sequence[Result]) -> dict[str, Metric]:
    """SQuAD 2.0: what was shown against the answers as the row states them; a refusal is the empty text."""
    said = [
        (r.answer.quotes[0].text if r.answer.quotes else "", [g.stated or g.text for g in r.golds]) for r in questions
    ]
    exact = [measures.exact_match(text, golds) for text, golds in said]
    f1 = [measures.token_f1(text, golds) for text, golds in said]
    has_gold = [r.example.is_answerable for r in questions]
    return {
        "exact_match": mean_metric(exact),
        "token_f1": mean_metric(f1),
        "answerable_exact_match": mean_metric([v for v, gold in zip(exact, has_gold, strict=True) if gold]),
        "answerable_token_f1": mean_metric([v for v, gold in zip(f1, has_gold, strict=True) if gold]),
        "no_answer_accuracy": mean_metric([v for v, gold in zip(exact, has_gold, strict=True) if not gold]),
    }


def _parts(questions: Sequence[Result]) -> dict[str, Metric]:
    """Rows of kind `list` item by item, and rows whose golds name several sides."""
    scores = [items.item_scores(r.candidates, r.golds) for r in questions if r.example.kind == LIST]
    of_items = [one for one in scores if one is not None]
    sides = [(r, items.shows_both_sides(r.candidates, r.golds)) for r in questions]
    return {
        "item_precision": mean_metric([precision for precision, _, _ in of_items]),
        "item_recall": mean_metric([recall for _, recall, _ in of_items]),
        "item_f1": mean_metric([f1 for _, _, f1 in of_items]),
        "both_sides": mean_metric([both for _, both in sides]),
        "both_sides(at_threshold)": mean_metric([None if b is None else float(r.is_shown and b) for r, b in sides]),
    }


def _refusals(questions: Sequence[Result]) -> dict[str, Metric]:
    """Positive is a refusal, wanted where the row has no gold; whatever shows no quote counts as refused."""
    both = [(float(not r.example.is_answerable), float(not r.is_shown)) for r in questions]
    refusals = both if any(wanted for wanted, _ in both) else []
    return {
        "refusal_precision": metric(refusals, lambda t: measures.precision_of(t[:, 0], t[:, 1])),
        "refusal_recall": metric(refusals, lambda t: measures.recall_of(t[:, 0], t[:, 1])),
        "refusal_f1": metric(refusals, lambda t: measures.f1_of(t[:, 0], t[:, 1])),
        "answered_answerable": mean_metric([float(r.is_shown) for r in questions if r.example.is_answerable]),
        "balanced_accuracy": metric(both, lambda t: measures.balanced_accuracy(1 - t[:, 0], 1 - t[:, 1])),
        "selective_accuracy": mean_metric([float(r.is_right(k=1)) for r in questions if r.is_shown]),
        "answered_share": mean_metric([float(r.is_shown) for r in questions]),
    }


def _confidence(questions: Sequence[Result]) -> dict[str, Metric]:
    """AUROC: answerable against not. The others: right first quote against not; the gate's 0.0 is no probability."""
    answerable = [(r.answer.confidence, float(r.example.is_answerable)) for r in questions]
    all_three = [(r.answer.confidence, float(r.is_right(k=1)), float(r.example.is_answerable)) for r in questions]
    right = list(zip(*confidence_pairs(questions), strict=True))
    return {
        "auroc": metric(answerable, lambda t: selective.auroc(t[:, 0], t[:, 1])),
        "auroc(right)": metric(right, lambda t: selective.auroc(t[:, 0], t[:, 1])),
        "aurc": metric(right, lambda t: selective.aurc(t[:, 0], t[:, 1])),
        "coverage@90": metric(right, lambda t: selective.coverage_at(t[:, 0], t[:, 1], precision=0.90)),
        "coverage@95": metric(right, lambda t: selective.coverage_at(t[:, 0], t[:, 1], precision=0.95)),
        "answerable_coverage@90": metric(
            all_three, lambda t: selective.answerable_coverage_at(t[:, 0], t[:, 1], t[:, 2], precision=0.90)
        ),
        "ece": metric(right, lambda t: selective.ece(t[:, 0], t[:, 1])),
        "brier": metric(right, lambda t: selective.brier(t[:, 0], t[:, 1])),
    }


def _retrieval(questions: Sequence[Result]) -> dict[str, Metric]:
    rankers = dict.fromkeys((*RANKERS, *(ranker for r in questions for ranker in r.retrieval)))
    figures: dict[str, Metric] = {}
    for ranker in rankers:
        judged = [r.retrieval[ranker] for r in questions if ranker in r.retrieval and r.retrieval[ranker].n_relevant]
        figures |= _ranking(ranker, judged)
    return figures


def _ranking(ranker: str, judged: Sequence[Retrieval]) -> dict[str, Metric]:
    return {
        **{f"success@{k}({ranker})": mean_metric([measures.success(r.ranks, k=k) for r in judged]) for k in SUCCESS_AT},
        **{
            f"recall@{k}({ranker})": mean_metric(
                [measures.recall(r.ranks, k=k, n_relevant=r.n_relevant) for r in judged]
            )
            for k in RECALL_AT
        },
        f"mrr({ranker})": mean_metric([measures.reciprocal_rank(r.ranks) for r in judged]),
        f"ndcg@10({ranker})": mean_metric(
            [measures.graded_ndcg(r.ranks, r.grades, ideal=r.ideal, k=10) for r in judged]
        ),
    }


def _safety(messages: Sequence[Result], questions: Sequence[Result]) -> dict[str, Metric]:
    """Recall and specificity of each gate and of both together; a gate is specific if it leaves others' messages."""

    def recall(gate: Outcome) -> Metric:
        return mean_metric([float(r.answer.outcome is gate) for r in messages if r.example.expected is gate])

    def specificity(gate: Outcome) -> Metric:
        return mean_metric([float(r.answer.outcome is not gate) for r in messages if r.example.expected is not gate])

    return {
        "emergency_recall": recall(Outcome.EMERGENCY),
        "emergency_specificity": specificity(Outcome.EMERGENCY),
        "personal_dose_recall": recall(Outcome.PERSONAL_DOSE),
        "personal_dose_specificity": specificity(Outcome.PERSONAL_DOSE),
        "gated_recall": mean_metric([float(r.is_gated) for r in messages if r.example.expected is not None]),
        "safety_specificity": mean_metric([float(not r.is_gated) for r in messages if r.example.expected is None]),
        "ungated_questions": mean_metric([float(not r.is_gated) for r in questions]),
    }


def _integrity(results: Sequence[Result]) -> dict[str, Metric]:
    return {
        "quotes_verified": mean_metric([float(ok) for r in results for ok in r.verified]),
        "disclaimer_share": mean_metric([float(r.answer.disclaimer == DISCLAIMER) for r in results]),
        "same_answer_twice": mean_metric([float(r.repeats) for r in results if r.repeats is not None]),
    }


def _cost(results: Sequence[Result], cost: Cost) -> dict[str, Metric]:
    milliseconds = [[1000 * r.seconds] for r in results]
    return {
        **{f"latency_p{q}": metric(milliseconds, _percentile(q)) for q in (50, 95, 99)},
        "peak_memory_mb": _reading(cost.peak_memory_mb, len(results)),
        "index_mb": _reading(cost.index_mb, len(results)),
    }


def _reading(value: float | None, n: int) -> Metric:
    """A figure read once for all `n` questions: it is no mean, so drawing the questions again cannot change it."""
    return NOT_JUDGED if value is None else Metric(value, value, value, n)


def _percentile(q: int) -> Callable[[Rows], float | None]:
    return lambda table: measures.percentile(table[:, 0], q=q)
