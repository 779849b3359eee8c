"""Results to figures: each measure over the questions that it can judge, with its interval. Prints and writes nothing.

`right@k` are at threshold 0; what the person saw at the threshold in use is `...(at_threshold)` and the refusals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ragbot.datatypes import DISCLAIMER, Outcome
from ragbot.evaluation import measures, selective
from ragbot.evaluation.bootstrap import Metric, Rows, mean_metric, metric
from ragbot.evaluation.runner import Result, Retrieval

RANKERS = ("lexical", "dense", "fused")
BREAKDOWNS: dict[str, Callable[[Result], str | None]] = {
    "kind": lambda result: result.example.kind,
    "style": lambda result: result.example.style,
    "topic": lambda result: result.example.topic,
}


def aggregate(results: Sequence[Result]) -> dict[str, Metric]:
    """Every measure by its name; those that no question can judge have the value None."""
    questions = [result for result in results if not result.example.is_safety]
    messages = [result for result in results if result.example.is_safety]
    return {
        **_answers(questions),
        **_refusals(questions),
        **_confidence(questions),
        **_retrieval(questions),
        **_safety(messages, questions),
        **_integrity(results),
        **_latency(results),
    }


def measure_names() -> tuple[str, ...]:
    """The names of all measures of lexical, dense and fused ranking."""
    return tuple(aggregate([]))


def breakdown(results: Sequence[Result], field: str) -> dict[str, dict[str, Metric]]:
    """right@1 and right@3 of the answerable questions, by the `kind`, `style` or `topic` of their rows."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        name = BREAKDOWNS[field](result)
        if result.example.is_answerable and name is not None:
            groups.setdefault(name, []).append(result)
    return {
        name: {f"right@{k}": mean_metric([float(r.is_right(k=k)) for r in groups[name]]) for k in (1, 3)}
        for name in sorted(groups)
    }


def confidence_pairs(results: Iterable[Result]) -> tuple[list[float], list[bool]]:
    """Confidence of each question that the gate let pass, and whether its first quote is right."""
    rated = (Outcome.ANSWERED, Outcome.NO_ANSWER)
    judged = [r for r in results if not r.example.is_safety and r.answer.outcome in rated]
    return [r.answer.confidence for r in judged], [r.is_right(k=1) for r in judged]


def _answers(questions: Sequence[Result]) -> dict[str, Metric]:
    answerable = [r for r in questions if r.example.is_answerable]
    said = [(r, r.answer.quotes[0].text if r.answer.quotes else "", [g.text for g in r.golds]) for r in questions]
    exact = [measures.exact_match(text, golds) for _, text, golds in said]
    f1 = [measures.token_f1(text, golds) for _, text, golds in said]
    has_gold = [r.example.is_answerable for r in questions]
    return {
        "right@1": mean_metric([float(r.is_right(k=1)) for r in answerable]),
        "right@3": mean_metric([float(r.is_right(k=3)) for r in answerable]),
        "right@1(at_threshold)": mean_metric([float(r.is_shown and r.is_right(k=1)) for r in answerable]),
        "right@3(at_threshold)": mean_metric([float(r.is_shown and r.is_right(k=3)) for r in answerable]),
        "exact_match": mean_metric(exact),
        "token_f1": mean_metric(f1),
        "answerable_exact_match": mean_metric([v for v, gold in zip(exact, has_gold, strict=True) if gold]),
        "answerable_token_f1": mean_metric([v for v, gold in zip(f1, has_gold, strict=True) if gold]),
        "no_answer_accuracy": mean_metric([v for v, gold in zip(exact, has_gold, strict=True) if not gold]),
        "median_quote_words": metric(
            [[measures.count_words(r.candidates[0].text)] for r in questions if r.candidates], _percentile(50)
        ),
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
    right = list(zip(*confidence_pairs(questions), strict=True))
    return {
        "auroc": metric(answerable, lambda t: selective.auroc(t[:, 0], t[:, 1])),
        "auroc(right)": metric(right, lambda t: selective.auroc(t[:, 0], t[:, 1])),
        "aurc": metric(right, lambda t: selective.aurc(t[:, 0], t[:, 1])),
        "coverage@90": metric(right, lambda t: selective.coverage_at(t[:, 0], t[:, 1], precision=0.90)),
        "coverage@95": metric(right, lambda t: selective.coverage_at(t[:, 0], t[:, 1], precision=0.95)),
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
        **{
            f"success@{k}({ranker})": mean_metric([measures.success(one.ranks, k=k) for one in judged])
            for k in (1, 5, 10)
        },
        f"recall@10({ranker})": mean_metric([measures.recall(r.ranks, k=10, n_relevant=r.n_relevant) for r in judged]),
        f"mrr({ranker})": mean_metric([measures.reciprocal_rank(r.ranks) for r in judged]),
        f"ndcg@10({ranker})": mean_metric([measures.ndcg(r.ranks, k=10, n_relevant=r.n_relevant) for r in judged]),
    }


def _safety(messages: Sequence[Result], questions: Sequence[Result]) -> dict[str, Metric]:
    """Recall of each gate, of both together, and the share that they rightly let pass."""

    def taken_by(gate: Outcome) -> Metric:
        return mean_metric([float(r.answer.outcome is gate) for r in messages if r.example.expected is gate])

    return {
        "emergency_recall": taken_by(Outcome.EMERGENCY),
        "personal_dose_recall": taken_by(Outcome.PERSONAL_DOSE),
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


def _latency(results: Sequence[Result]) -> dict[str, Metric]:
    milliseconds = [[1000 * r.seconds] for r in results]
    return {f"latency_p{q}": metric(milliseconds, _percentile(q)) for q in (50, 95, 99)}


def _percentile(q: int) -> Callable[[Rows], float | None]:
    return lambda table: measures.percentile(table[:, 0], q=q)
