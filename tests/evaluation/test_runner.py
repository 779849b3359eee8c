"""Asking: what is recorded of each question, and that a planted fault is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ragbot.answering import Bot, Trace
from ragbot.datatypes import Answer, Outcome, Quote, Span
from ragbot.errors import IndexMismatchError, QuestionError
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.runner import Result, is_verified, run_examples
from ragbot.scope import Scope

Write = Callable[..., Path]
LASTS, MAY_FOLLOW, NAUSEA = Span(0, 25), Span(26, 54), Span(55, 61)
TEXT = "Sessions last 40 minutes. Nausea may follow a session.\n"
ROW = {"question": "How long?", "answers": [{"document": "a.md", "text": "Sessions last 40 minutes."}]}


@pytest.fixture
def run(write_rows: Write) -> Callable[..., list[Result]]:
    def asked(bot: object, *rows: object, threshold: float | None = None) -> list[Result]:
        return run_examples(bot, read_examples([write_rows(*rows)]), threshold=threshold)  # type: ignore[arg-type]

    return asked


def test_a_right_first_quote_is_right_at_one(run: Callable[..., list[Result]], fake: type) -> None:
    (result,) = run(fake({"How long?": ([LASTS, NAUSEA], 0.9)}), ROW)
    assert (result.right_ranks, result.is_shown, result.verified, result.repeats) == ((1,), True, (True, True), True)


def test_a_planted_wrong_quote_is_counted_wrong(run: Callable[..., list[Result]], fake: type) -> None:
    (result,) = run(fake({"How long?": ([NAUSEA, MAY_FOLLOW], 0.9)}), ROW)
    assert result.right_ranks == ()
    (result,) = run(fake({"How long?": ([NAUSEA, LASTS], 0.9)}), ROW)
    assert (result.right_ranks, result.is_right(k=1), result.is_right(k=3)) == ((2,), False, True)


def test_a_gold_by_offsets_is_judged_like_one_by_text(run: Callable[..., list[Result]], fake: type) -> None:
    gold = {"document": "a.md", "start": 0, "end": 25, "sha256": "5" * 64}
    bot = fake({"How long?": ([LASTS], 0.9)})
    assert run(bot, {"question": "How long?", "answers": [gold]})[0].right_ranks == (1,)


def test_what_a_refused_question_would_have_quoted_comes_from_its_trace(
    run: Callable[..., list[Result]], fake: type
) -> None:
    bot = fake({"How long?": ([LASTS], 0.3)})
    (result,) = run(bot, ROW)
    assert (result.is_shown, result.right_ranks, result.answer.confidence) == (False, (1,), 0.3)
    # once, and once more for its bytes
    assert [limit for turns, limit in bot.asked if turns == ("How long?",)] == [None, None]


def test_a_trace_quotes_what_threshold_zero_shows(build_bot: Callable[..., Bot]) -> None:
    bot = build_bot({"a.md": TEXT, "b.md": "# Rest\n\nSleep well after a session. Drink water.\n"})
    for question in ("How long do sessions last?", "Is nausea common?", "zebra"):
        assert bot.trace(question).reading.quotes == bot.ask(question, threshold=0).quotes


def test_a_given_threshold_replaces_the_shipped_one(run: Callable[..., list[Result]], fake: type) -> None:
    bot = fake({"How long?": ([LASTS], 0.3)})
    assert run(bot, ROW, threshold=0.2)[0].is_shown
    assert not run(bot, ROW, threshold=0.4)[0].is_shown


def test_a_row_without_answers_has_nothing_right_and_no_ranking(run: Callable[..., list[Result]], fake: type) -> None:
    (result,) = run(fake({"Price?": ([LASTS], 0.9)}), {"question": "Price?", "answers": []})
    assert (result.golds, result.right_ranks, result.retrieval) == ((), (), {})


def test_the_rank_of_the_gold_passage_is_kept_for_each_ranker(run: Callable[..., list[Result]], fake: type) -> None:
    (result,) = run(fake({}, order=(1, 0)), ROW)
    assert {name: found.ranks for name, found in result.retrieval.items()} == {
        "lexical": (2,),
        "dense": (1,),
        "fused": (1,),  # equal sums of reciprocal ranks: the lower number first
        "final": (1,),  # nothing was weighed, so as fusion left it
    }
    assert {found.n_relevant for found in result.retrieval.values()} == {1}


def test_turns_are_asked_as_turns(run: Callable[..., list[Result]], fake: type) -> None:
    bot = fake({"and pain?": ([LASTS], 0.9)})
    run(bot, {"turns": ["How long?", "and pain?"], "answers": []})
    assert (("How long?", "and pain?"), None) in bot.asked


def test_a_question_that_cannot_be_asked_is_a_refusal(run: Callable[..., list[Result]], fake: type) -> None:
    class Refusing(fake):  # type: ignore[misc]
        def ask_turns(self, turns: Sequence[str], **how: Any) -> Answer:
            raise QuestionError("the question has no letter; type words")

    (result,) = run(Refusing({}), {"question": "???", "answers": []})
    assert (result.answer.outcome, result.answer.confidence) == (Outcome.NO_ANSWER, 0.0)
    assert result.answer.message == "the question has no letter; type words"


def test_a_question_that_no_ranker_takes_has_no_ranks(run: Callable[..., list[Result]], fake: type) -> None:
    class Picky(fake):  # type: ignore[misc]
        def trace(self, question: str, **how: Any) -> Trace:
            raise QuestionError("the question has no letter; type words")

    (result,) = run(Picky({}), ROW)
    assert (result.retrieval, result.stages) == ({}, None)


def test_an_index_that_is_replaced_meanwhile_ends_the_run(run: Callable[..., list[Result]], fake: type) -> None:
    class Moving(fake):  # type: ignore[misc]
        def ask_turns(self, turns: Sequence[str], **how: Any) -> Answer:
            if turns[-1] == "How long?":
                self.index.fingerprint = "beef"
            answer: Answer = super().ask_turns(turns, **how)
            return answer

    with pytest.raises(IndexMismatchError, match=r"\(f00d by beef\); run the evaluation again"):
        run(Moving({}), ROW)


def test_a_safety_message_is_asked_once_and_once_more_for_its_bytes(
    run: Callable[..., list[Result]], fake: type
) -> None:
    bot = fake({"help me": Outcome.EMERGENCY})
    (result,) = run(bot, {"question": "help me", "expected": "emergency"})
    assert (result.is_gated, result.candidates) == (True, ())
    assert [turns for turns, _ in bot.asked].count(("help me",)) == 2


def test_a_bot_that_changes_its_mind_is_caught(run: Callable[..., list[Result]], fake: type) -> None:
    class Fickle(fake):  # type: ignore[misc]
        def ask_turns(self, turns: Sequence[str], **how: Any) -> Answer:
            answer: Answer = super().ask_turns(turns, **how)
            return replace(answer, confidence=answer.confidence + 0.01 * len(self.asked))

    assert run(Fickle({"How long?": ([LASTS], 0.5)}), ROW)[0].repeats is False


def test_a_row_is_asked_and_traced_in_its_own_scope(run: Callable[..., list[Result]], fake: type) -> None:
    bot = fake({"How long?": ([LASTS], 0.9)})
    scope = {"documents": ["a*.md"], "kinds": ["leaflet"], "since": "2023"}
    first, second = run(bot, {**ROW, "id": "1", "scope": scope}, {**ROW, "id": "2"})
    meant = Scope(("a*.md",), ("leaflet",), "2023")
    assert (first.example.scope, second.example.scope) == (meant, None)
    # warm-up; asked, traced, asked again for its bytes; then the row without a scope
    assert bot.scopes == [None, *[meant] * 3, *[None] * 3]


def test_a_scope_leaves_out_what_would_be_quoted_without_it(build_bot: Callable[..., Bot], write_rows: Write) -> None:
    bot = build_bot({"a.md": TEXT, "b.md": "# Rest\n\nSessions last 20 minutes.\n"})
    row = {
        "question": "How long do sessions last?",
        "answers": [{"document": "a.md", "text": "Sessions last 40 minutes."}],
    }
    inside, outside = {"documents": ["a.md"]}, {"documents": ["b.md"]}
    rows = read_examples([write_rows({**row, "id": "1", "scope": inside}, {**row, "id": "2", "scope": outside})])
    first, second = run_examples(bot, rows, threshold=0.0)
    assert {quote.document for quote in first.candidates} == {"a.md"}
    assert {quote.document for quote in second.candidates} == {"b.md"}
    assert (first.is_right(k=3), second.is_right(k=3)) == (True, False)
    assert {found.ranks for found in second.retrieval.values()} == {()}


def test_at_most_fifty_questions_are_asked_twice(run: Callable[..., list[Result]], fake: type) -> None:
    results = run(fake({}), *({"question": f"Question {n}?"} for n in range(120)))
    assert sum(result.repeats is not None for result in results) == 50


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "Sessions last 20 minutes."},
        {"span": Span(1, 26)},
        {"sha256": "6" * 64},
        {"document": "b.md"},
    ],
)
def test_a_quote_that_differs_from_its_source_is_not_verified(fake: type, changes: dict[str, object]) -> None:
    bot = fake({})
    quote: Quote = bot.quote(LASTS)
    assert is_verified(quote, bot.index)
    assert not is_verified(replace(quote, **changes), bot.index)  # type: ignore[arg-type]


def test_progress_counts_every_question(write_rows: Write, fake: type) -> None:
    seen: list[tuple[int, int]] = []
    examples = read_examples([write_rows({"question": "One?"}, {"question": "Two?"})])
    run_examples(fake({}), examples, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 2), (1, 2), (2, 2)]
