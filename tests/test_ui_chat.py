"""What the page answers when it is looked at, asked, or told to open a document; with a small bot of its own."""

from collections.abc import Sequence

import pytest

from ragbot.datatypes import Answer, Block, BlockKind, Document, Outcome, Quote, Span
from ragbot.errors import IndexNotBuiltError, QuestionError, RagbotError
from ragbot.ui import BuildState
from ragbot.ui.chat import Chat
from ragbot.ui.state import AnsweringBot, Turn

TEXT = "Do not drive. Rest."
DOCUMENT = Document("a.md", "Going home", TEXT, "a.md", "ab12", (Block(Span(0, 19), BlockKind.PARAGRAPH),))


class SmallBot:
    """Answers questions on driving from one document; everything else is not in it."""

    fingerprint = "one"
    n_asked = 0

    @property
    def index(self) -> "SmallBot":
        return self

    def document(self, doc_id: str) -> Document:
        return {"a.md": DOCUMENT}[doc_id]

    def ask(self, question: str) -> Answer:
        return self.ask_turns([question])

    def ask_turns(self, turns: Sequence[str], *, alone: bool = False) -> Answer:
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
    html, ready = Chat(SmallBot, examples=["May I drive?", "What is rain?"]).look([])
    assert ready
    assert "May I drive?" in html
    assert "What is rain?" not in html


def test_examples_are_tried_once_per_index() -> None:
    bot = SmallBot()
    chat = Chat(lambda: bot, examples=["May I drive?", "What is rain?"])
    chat.look([])
    chat.look([])
    assert bot.n_asked == 2
    bot.fingerprint = "two"
    chat.look([])
    assert bot.n_asked == 4


def test_the_welcome_gives_way_to_a_conversation() -> None:
    assert Chat(SmallBot, examples=["May I drive?"]).look([Turn(1, "q", notice="n")]) == ("", True)


def test_a_missing_index_is_told_with_its_next_step() -> None:
    html, ready = Chat(no_index, examples=[]).look([])
    assert not ready
    assert "no index at index/; run: ragbot ingest" in html


def test_progress_of_a_build_is_told_and_then_the_welcome() -> None:
    build = BuildState()
    chat = Chat(SmallBot, examples=["May I drive?"], build=build)
    build.update("embedding", 40, 200)
    html, ready = chat.look([])
    assert not ready
    assert "Preparing passages: 40 of 200" in html
    build.finish()
    assert "May I drive?" in chat.look([])[0]


def test_a_failed_build_is_told_with_its_reason() -> None:
    build = BuildState()
    build.fail("nothing usable in corpus/; add documents")
    assert "nothing usable in corpus/; add documents" in Chat(SmallBot, examples=[], build=build).look([])[0]


def test_a_question_gets_the_next_number_and_joins_the_turns() -> None:
    chat = Chat(SmallBot, examples=[])
    _, _, turns = chat.ask({"question": "May I drive?"}, [])
    html, ready, turns = chat.ask({"question": "What is rain?"}, turns)
    assert ready
    assert [turn.number for turn in turns] == [1, 2]
    assert html.index("May I drive?") < html.index("What is rain?")


def test_two_visitors_share_no_turn() -> None:
    chat = Chat(SmallBot, examples=[])
    first = chat.ask({"question": "May I drive?"}, [])[2]
    second = chat.ask({"question": "What is rain?"}, [])[2]
    assert ([t.question for t in first], [t.question for t in second]) == (["May I drive?"], ["What is rain?"])


@pytest.mark.parametrize("event", [None, "drive", {"question": 7}, {}, []])
def test_an_event_without_a_question_is_asked_as_the_empty_question(event: object) -> None:
    assert Chat(SmallBot, examples=[]).ask(event, [])[2][0].question == ""


def test_a_question_during_the_build_is_kept_for_later() -> None:
    html, ready, turns = Chat(SmallBot, examples=[], build=BuildState()).ask({"question": "May I drive?"}, [])
    assert not ready
    assert turns[0].answer is None
    assert "still being prepared" in html


@pytest.mark.parametrize("build", [BuildState(), None])
def test_a_person_in_danger_gets_help_without_an_index(build: BuildState | None) -> None:
    html, _, _ = Chat(no_index, examples=[], build=build, gate=help_line).ask({"question": "I want to die"}, [])
    assert 'href="tel:911"' in html


def test_a_person_in_danger_gets_help_even_if_the_question_cannot_be_asked() -> None:
    chat = Chat(SmallBot, examples=[], gate=help_line)
    assert 'href="tel:911"' in chat.ask({"question": "I want to die " * 200}, [])[0]
    assert "too many characters" in chat.ask({"question": "rain " * 500}, [])[0]


def test_a_document_opens_with_the_quote_marked() -> None:
    place = {"document": "a.md", "start": 0, "end": 13, "sha256": "ab12"}
    assert "<mark>Do not drive.</mark> Rest." in Chat(SmallBot, examples=[]).show_document(place)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sha256": "other"}, "has changed since the answer"),
        ({"start": 13, "end": 2}, "has changed since the answer"),
        ({"end": 99}, "has changed since the answer"),
        ({"start": "0"}, "has changed since the answer"),
        ({"document": "../etc/passwd"}, "no longer in the index"),
    ],
)
def test_a_place_that_does_not_fit_marks_nothing_and_says_so(change: dict[str, object], expected: str) -> None:
    place = {"document": "a.md", "start": 0, "end": 13, "sha256": "ab12"} | change
    html = Chat(SmallBot, examples=[]).show_document(place)
    assert expected in html
    assert "<mark>" not in html


@pytest.mark.parametrize("place", [None, [], "a.md"])
def test_a_malformed_place_opens_nothing(place: object) -> None:
    assert "no longer in the index" in Chat(SmallBot, examples=[]).show_document(place)


def test_a_document_cannot_be_opened_without_an_index() -> None:
    def broken() -> AnsweringBot:
        raise RagbotError("the index is damaged; run: ragbot ingest")

    assert "the index is damaged; run: ragbot ingest" in Chat(broken, examples=[]).show_document({"document": "a.md"})
