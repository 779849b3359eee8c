"""What the page answers when it is looked at or asked; with a small bot of its own."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ragbot.datatypes import Answer, Block, BlockKind, CatalogueEntry, Document, Outcome, Quote, Span
from ragbot.errors import IndexNotBuiltError, QuestionError
from ragbot.scope import Scope
from ragbot.ui import BuildState
from ragbot.ui.chat import Chat
from ragbot.ui.state import AnsweringBot, Turn
from ragbot.ui.words import load_words

ENGLISH = load_words("en")

TEXT = "Do not drive. Rest."
DOCUMENT = Document("a.md", "Going home", TEXT, "a.md", "ab12", (Block(Span(0, 19), BlockKind.PARAGRAPH),))


class SmallBot:
    """Answers questions on driving from one document; everything else is not in it."""

    fingerprint = "one"
    n_asked = 0

    @property
    def index(self) -> "SmallBot":
        return self

    @property
    def catalogue(self) -> Sequence[CatalogueEntry]:
        return ()

    def title(self, doc_id: str) -> str | None:
        return None

    def document(self, doc_id: str) -> Document:
        return {"a.md": DOCUMENT}[doc_id]

    def ask(self, question: str) -> Answer:
        return self.ask_turns([question])

    def ask_turns(self, turns: Sequence[str], **how: object) -> Answer:
        self.n_asked += 1
        if len(turns[-1]) > 2_000:
            raise QuestionError("the question has too many characters; shorten it and ask again")
        if "drive" in turns[-1]:
            return Answer(turns[-1], Outcome.ANSWERED, (Quote.cut(DOCUMENT, Span(0, 13)),))
        return Answer(turns[-1], Outcome.NO_ANSWER, message="The documents do not answer this.")


def no_index() -> AnsweringBot:
    raise IndexNotBuiltError("no index at index/; run: ragbot ingest")


def help_line(question: str) -> Answer | None:
    return Answer(question, Outcome.EMERGENCY, message="Call 911") if "die" in question else None


def test_only_examples_that_the_index_answers_are_offered() -> None:
    html, ready = Chat(SmallBot, words=ENGLISH, examples=["May I drive?", "What is rain?"]).look([])
    assert ready
    assert "May I drive?" in html
    assert "What is rain?" not in html


def test_examples_are_tried_once_per_index() -> None:
    bot = SmallBot()
    chat = Chat(lambda: bot, words=ENGLISH, examples=["May I drive?", "What is rain?"])
    chat.look([])
    chat.look([])
    assert bot.n_asked == 2
    bot.fingerprint = "two"
    chat.look([])
    assert bot.n_asked == 4


def test_the_welcome_gives_way_to_a_conversation() -> None:
    assert Chat(SmallBot, words=ENGLISH, examples=["May I drive?"]).look([Turn(1, "q", notice="n")]) == ("", True)


def test_a_missing_index_is_told_with_its_next_step() -> None:
    html, ready = Chat(no_index, words=ENGLISH, examples=[]).look([])
    assert not ready
    assert "no index at index/; run: ragbot ingest" in html


def test_progress_of_a_build_is_told_and_then_the_welcome() -> None:
    build = BuildState()
    chat = Chat(SmallBot, words=ENGLISH, examples=["May I drive?"], build=build)
    build.update("embedding", 40, 200)
    html, ready = chat.look([])
    assert not ready
    assert "Preparing passages: 40 of 200" in html
    build.finish()
    assert "May I drive?" in chat.look([])[0]


def test_a_failed_build_is_told_with_its_reason() -> None:
    build = BuildState()
    build.fail("nothing usable in corpus/; add documents")
    assert (
        "nothing usable in corpus/; add documents"
        in Chat(SmallBot, words=ENGLISH, examples=[], build=build).look([])[0]
    )


def test_a_question_gets_the_next_number_and_joins_the_turns() -> None:
    chat = Chat(SmallBot, words=ENGLISH, examples=[])
    _, _, turns = chat.ask({"question": "May I drive?"}, [])
    html, ready, turns = chat.ask({"question": "What is rain?"}, turns)
    assert ready
    assert [turn.number for turn in turns] == [1, 2]
    assert html.index("May I drive?") < html.index("What is rain?")


def test_two_visitors_share_no_turn() -> None:
    chat = Chat(SmallBot, words=ENGLISH, examples=[])
    first = chat.ask({"question": "May I drive?"}, [])[2]
    second = chat.ask({"question": "What is rain?"}, [])[2]
    assert ([t.question for t in first], [t.question for t in second]) == (["May I drive?"], ["What is rain?"])


@pytest.mark.parametrize("event", [None, "drive", {"question": 7}, {}, []])
def test_an_event_without_a_question_is_asked_as_the_empty_question(event: object) -> None:
    assert Chat(SmallBot, words=ENGLISH, examples=[]).ask(event, [])[2][0].question == ""


def test_a_question_during_the_build_is_kept_for_later() -> None:
    html, ready, turns = Chat(SmallBot, words=ENGLISH, examples=[], build=BuildState()).ask(
        {"question": "May I drive?"}, []
    )
    assert not ready
    assert turns[0].answer is None
    assert "still being prepared" in html


@pytest.mark.parametrize("build", [BuildState(), None])
def test_a_person_in_danger_gets_help_without_an_index(build: BuildState | None) -> None:
    html, _, _ = Chat(no_index, words=ENGLISH, examples=[], build=build, gate=help_line).ask(
        {"question": "I want to die"}, []
    )
    assert 'href="tel:911"' in html


def test_a_person_in_danger_gets_help_even_if_the_question_cannot_be_asked() -> None:
    chat = Chat(SmallBot, words=ENGLISH, examples=[], gate=help_line)
    assert 'href="tel:911"' in chat.ask({"question": "I want to die " * 200}, [])[0]
    assert "too many characters" in chat.ask({"question": "rain " * 500}, [])[0]


def test_a_scope_that_is_not_understood_is_a_notice_but_never_for_someone_in_danger() -> None:
    chat = Chat(SmallBot, words=ENGLISH, examples=[], gate=help_line)
    html, _, turns = chat.ask({"question": "May I drive?", "scope": {"since": "soon"}}, [])
    assert "write a year" in html
    assert turns[0].answer is None
    _, _, turns = chat.ask({"question": "I want to die", "scope": 7}, [])
    assert turns[0].answer is not None
    assert turns[0].answer.outcome is Outcome.EMERGENCY


def test_the_scope_goes_to_the_bot() -> None:
    class Scoped(SmallBot):
        def ask_turns(self, turns: Sequence[str], **how: object) -> Answer:
            scope = how["scope"]
            assert isinstance(scope, Scope)
            return Answer(turns[-1], Outcome.NO_ANSWER, message="No.", scope=scope)

    scope = {"kinds": ["leaflet"], "since": "2023"}
    _, _, turns = Chat(Scoped, words=ENGLISH, examples=[]).ask({"question": "May I?", "scope": scope}, [])
    assert turns[0].answer is not None
    assert turns[0].answer.scope == Scope(kinds=("leaflet",), since="2023")


def test_a_question_is_asked_as_typed_only_when_the_page_says_so() -> None:
    asked: list[object] = []

    class Noting(SmallBot):
        def ask_turns(self, turns: Sequence[str], **how: object) -> Answer:
            asked.append((how["alone"], how["as_typed"]))
            return super().ask_turns(turns)

    chat = Chat(Noting, words=ENGLISH, examples=[])
    for event in ({"question": "May I drive?"}, {"question": "q", "alone": True, "asTyped": True}, {"asTyped": "yes"}):
        chat.ask(event, [])
    assert asked == [(False, False), (True, True), (False, False)]


def test_next_questions_are_ones_that_the_bot_answers() -> None:
    chat = Chat(SmallBot, words=ENGLISH, examples=[])
    turns = chat.ask({"question": "What is rain?"}, [])[2]
    (turn,) = turns
    assert turn.answer is not None
    tried = replace(turn, answer=replace(turn.answer, try_instead=("What is snow?", "May I drive?")))
    html = chat.next_questions([tried])
    assert 'data-ask="May I drive?" data-alone' in html
    assert "snow" not in html


def test_without_an_index_or_a_question_nothing_is_offered_next() -> None:
    assert Chat(no_index, words=ENGLISH, examples=[]).next_questions([Turn(1, "q", notice="n")]) == ""
    assert Chat(SmallBot, words=ENGLISH, examples=[]).next_questions([]) == ""


def test_a_refusal_names_whom_to_ask_instead() -> None:
    chat = Chat(SmallBot, words=ENGLISH, examples=[], contact="Riverside Clinic, 020 7946 0958")
    assert '<a href="tel:02079460958">020 7946 0958</a>' in chat.ask({"question": "What is rain?"}, [])[0]
    assert "Riverside" not in chat.ask({"question": "May I drive?"}, [])[0]
