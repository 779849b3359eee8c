"""Each planted fault is blamed on the stage that it was planted in, and on no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ragbot import answering, quoting, reading
from ragbot.answering import Bot
from ragbot.datatypes import Outcome, Quote, Span
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.misses import Miss, miss_of, misses_by_stage
from ragbot.evaluation.runner import Result, run_examples
from ragbot.retrieval import Retrieval
from ragbot.store import Index

Write = Callable[..., Path]
TOPICS = ("driving", "nausea", "sleep", "cost", "pain", "memory", "alcohol", "fasting", "escort", "nurses")
PLACES = ("the clinic", "the ward", "your home", "the pharmacy", "the surgery", "the hospital")
# 60 documents of two sentences each, so that 20 passages are a third of all.
FILES = {
    f"{topic}-{n}.md": f"# {topic.title()} {n}\n\nRule {n} about {topic} holds at {place}. Ask staff before lunch.\n"
    for topic in TOPICS
    for n, place in enumerate(PLACES)
}
ASKED = {
    f"What rule {n} about {topic} holds at {PLACES[n]}?": (topic, n)
    for topic, n in zip(TOPICS, [0, 3] * 5, strict=True)
}
ANSWERABLE = [
    {
        "question": question,
        "answers": [{"document": f"{topic}-{n}.md", "text": f"Rule {n} about {topic} holds at {PLACES[n]}."}],
    }
    for question, (topic, n) in ASKED.items()
]
UNANSWERABLE = [{"question": "Which zebra won the race?"}, {"question": "Do penguins pay tax?"}]


@pytest.fixture
def bot(build_bot: Callable[..., Bot]) -> Bot:
    return build_bot(FILES)


@pytest.fixture
def lost(bot: Bot, write_rows: Write) -> Callable[..., dict[str, int]]:
    """Asks the questions and counts what each stage lost."""

    def count(*rows: object, threshold: float = 0.0) -> dict[str, int]:
        results = run_examples(bot, read_examples([write_rows(*rows)]), threshold=threshold)
        return {miss.value: len(own) for miss, own in misses_by_stage(results).items() if own}

    return count


def test_without_a_fault_nothing_is_lost(lost: Callable[..., dict[str, int]]) -> None:
    assert lost(*ANSWERABLE) == {}


def test_shuffled_bm25_and_dense_rankings_are_blamed_on_retrieval(
    lost: Callable[..., dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = answering.retrieve

    def worst_first(*arguments: Any, k: int, **scope: Any) -> Retrieval:
        found = whole(*arguments, k=len(FILES), **scope)
        return replace(
            found,
            candidates=found.candidates[::-1][:k],
            dense_ranking=found.dense_ranking[::-1],
            lexical_ranking=found.lexical_ranking[::-1],
        )

    monkeypatch.setattr(answering, "retrieve", worst_first)
    assert lost(*ANSWERABLE) == {"retrieval": len(ANSWERABLE)}


def test_one_shuffled_ranker_shows_in_its_own_rank_alone(
    bot: Bot, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = answering.retrieve
    examples = read_examples([write_rows(*ANSWERABLE)])
    before = run_examples(bot, examples)
    monkeypatch.setattr(
        answering,
        "retrieve",
        lambda *arguments, **options: replace(
            found := whole(*arguments, **options), lexical_ranking=found.lexical_ranking[::-1]
        ),
    )
    for old, new in zip(before, run_examples(bot, examples), strict=True):
        assert new.retrieval["dense"] == old.retrieval["dense"]
        assert min(new.retrieval["lexical"].ranks) > min(old.retrieval["lexical"].ranks)


def test_a_passage_cut_short_when_it_was_indexed_is_blamed_on_retrieval(
    lost: Callable[..., dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Index.chunk

    def cut_short(index: Index, number: int) -> Any:
        """The passage without its first sentence, the answer."""
        chunk = whole(index, number)
        start = chunk.text.index("Ask staff")
        _, last = chunk.sentences
        span = Span(chunk.span.start + start, chunk.span.end)
        return replace(chunk, span=span, text=chunk.text[start:], sentences=(last - 1, last))

    monkeypatch.setattr(Index, "chunk", cut_short)
    assert lost(*ANSWERABLE) == {"retrieval": len(ANSWERABLE)}


def test_inverted_sentence_scores_are_blamed_on_ranking(
    lost: Callable[..., dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = reading.ReadingModel.scores
    monkeypatch.setattr(reading.ReadingModel, "scores", lambda self, rows: -whole(self, rows))
    assert lost(*ANSWERABLE) == {"ranking": len(ANSWERABLE)}


def test_a_quote_cut_short_is_blamed_on_extraction(
    lost: Callable[..., dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = quoting._quote

    def half(*arguments: Any, **options: Any) -> Quote:
        quote = whole(*arguments, **options)
        end = quote.span.start + len(quote.span) // 2
        return replace(quote, span=Span(quote.span.start, end), text=quote.text[: len(quote.text) // 2], highlights=())

    monkeypatch.setattr(quoting, "_quote", half)
    assert lost(*ANSWERABLE) == {"extraction": len(ANSWERABLE)}


def test_a_lowered_threshold_is_blamed_on_answering(lost: Callable[..., dict[str, int]]) -> None:
    rows = [*ANSWERABLE, *UNANSWERABLE]
    assert lost(*rows, threshold=0.0) == {"answered wrongly": len(UNANSWERABLE)}


def test_a_raised_threshold_is_blamed_on_refusing(lost: Callable[..., dict[str, int]]) -> None:
    assert lost(*ANSWERABLE, *UNANSWERABLE, threshold=1.0) == {"refused wrongly": len(ANSWERABLE)}


def test_a_gate_that_takes_ordinary_questions_is_blamed(
    bot: Bot, lost: Callable[..., dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = bot._safety.assess("I want to kill myself tonight")
    assert verdict.outcome is Outcome.EMERGENCY
    monkeypatch.setattr(bot._safety, "assess", lambda message: verdict, raising=False)
    assert lost(*ANSWERABLE, *UNANSWERABLE) == {"gate": len(ANSWERABLE) + len(UNANSWERABLE)}


def test_safety_messages_that_go_astray_are_blamed_on_the_gate(write_rows: Write, fake: type) -> None:
    said = {"one": Outcome.EMERGENCY, "two": ([Span(0, 25)], 0.9), "three": Outcome.SMALL_TALK}
    rows = [
        {"question": "one", "expected": "emergency"},
        {"question": "one", "expected": "none"},  # a false alarm
        {"question": "two", "expected": "personal_dose"},  # not taken
        {"question": "three", "expected": "none"},
    ]
    results = run_examples(fake(said), read_examples([write_rows(*rows)]))
    assert [miss_of(result) for result in results] == [None, Miss.GATE, Miss.GATE, None]


def test_a_greeting_in_place_of_an_answer_was_stopped_before_the_search(write_rows: Write, fake: type) -> None:
    rows = [{"question": "hello", "answers": [{"document": "a.md", "text": "Sessions last 40 minutes."}]}]
    (result,) = run_examples(fake({"hello": Outcome.SMALL_TALK}), read_examples([write_rows(*rows)]))
    assert miss_of(result) is Miss.GATE


def test_the_best_sentence_decides_between_ranking_and_extraction(write_rows: Write, fake: type) -> None:
    """Of the same wrong first quote: the gold weighed best, or only second."""

    def result_of(spans: list[Span]) -> Result:
        rows = [{"question": "Q", "answers": [{"document": "a.md", "text": "Sessions last 40 minutes."}]}]
        (result,) = run_examples(fake({"Q": (spans, 0.9)}), read_examples([write_rows(*rows)]))
        return replace(result, right_ranks=())

    assert miss_of(result_of([Span(0, 25), Span(26, 54)])) is Miss.EXTRACTION
    assert miss_of(result_of([Span(26, 54), Span(0, 25)])) is Miss.RANKING


def test_where_only_documents_are_known_nothing_but_retrieval_is_blamed(
    bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "queries.tsv").write_text("q1\tWhat rule 0 about driving holds at the clinic?\n", "utf-8")
    (tmp_path / "qrels.txt").write_text("q1 0 driving-0.md 1\n", "utf-8")
    examples = read_examples([tmp_path / "qrels.txt", tmp_path / "queries.tsv"])
    assert [miss_of(result) for result in run_examples(bot, examples, threshold=0.0)] == [None]
    whole = answering.retrieve
    monkeypatch.setattr(
        answering,
        "retrieve",
        lambda *a, k, **scope: replace(f := whole(*a, k=len(FILES), **scope), candidates=f.candidates[::-1][:k]),
    )
    assert [miss_of(result) for result in run_examples(bot, examples, threshold=0.0)] == [Miss.RETRIEVAL]


def test_scores_of_the_trace_are_the_readers(bot: Bot, write_rows: Write) -> None:
    (result,) = run_examples(bot, read_examples([write_rows(ANSWERABLE[0])]), threshold=0.0)
    trace = bot.trace(str(ANSWERABLE[0]["question"]))
    assert result.stages is not None
    assert result.stages.sentences[0].score == pytest.approx(float(np.max(trace.reading.scores)), abs=1e-4)
    assert result.stages.n_passages == len(trace.retrieval.candidates)
    assert result.stages.passages[0].final_rank == 1
