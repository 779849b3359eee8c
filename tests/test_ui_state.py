"""What the page remembers: turns of one visitor, bounded; progress of a build."""

from collections.abc import Sequence

from ragbot.datatypes import Answer, CatalogueEntry, Document, Outcome
from ragbot.errors import QuestionError
from ragbot.ui.state import MAX_TURNS, Asked, BuildPhase, BuildProgress, BuildState, Turn, kept, take_turn


class RecordingBot:
    """Answers anything and keeps what it was asked; refuses the empty question as the real bot does."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    @property
    def index(self) -> "RecordingBot":
        return self

    @property
    def fingerprint(self) -> str:
        return "f"

    @property
    def catalogue(self) -> Sequence[CatalogueEntry]:
        return ()

    def title(self, doc_id: str) -> str | None:
        return None

    def document(self, doc_id: str) -> Document:
        raise KeyError(doc_id)

    def ask(self, question: str) -> Answer:
        return self.ask_turns([question])

    def ask_turns(self, turns: Sequence[str], **how: object) -> Answer:
        self.asked.append([*turns, *(name for name, wanted in how.items() if wanted)])
        if not turns[-1]:
            raise QuestionError("the question is empty; type a question and ask again")
        return Answer(turns[-1], Outcome.ANSWERED)


def answered(number: int, outcome: Outcome = Outcome.ANSWERED) -> Turn:
    return Turn(number, f"q{number}", Answer(f"q{number}", outcome))


def test_a_question_is_asked_with_the_earlier_ones_before_it() -> None:
    bot = RecordingBot()
    take_turn(bot, Asked("and then?"), [answered(1), answered(2)], number=3)
    assert bot.asked == [["q1", "q2", "and then?"]]


def test_a_question_asked_alone_refers_to_nothing_but_the_gate_still_sees_what_came_before() -> None:
    bot = RecordingBot()
    take_turn(bot, Asked("and then?", alone=True), [answered(1, Outcome.EMERGENCY)], number=2)
    assert bot.asked == [["q1", "and then?", "alone"]]


def test_a_question_may_be_asked_exactly_as_typed() -> None:
    bot = RecordingBot()
    take_turn(bot, Asked("esketamin", alone=True, as_typed=True), [], number=1)
    assert bot.asked == [["esketamin", "alone", "as_typed"]]


def test_every_question_that_got_an_answer_is_passed_on() -> None:
    bot = RecordingBot()
    turns = [answered(1), answered(2, Outcome.SMALL_TALK), answered(3, Outcome.EMERGENCY), Turn(4, "q4", notice="no")]
    take_turn(bot, Asked("and then?"), turns, number=5)
    assert bot.asked == [["q1", "q2", "q3", "and then?"]]


def test_an_unusable_question_becomes_a_notice() -> None:
    turn = take_turn(RecordingBot(), Asked(""), [], number=1)
    assert (turn.answer, turn.notice) == (None, "the question is empty; type a question and ask again")


def test_at_most_the_last_thirty_turns_are_kept() -> None:
    turns: list[Turn] = []
    for number in range(1, 36):
        turns = kept(turns, answered(number))
    assert [turn.number for turn in turns] == list(range(6, 36))  # 35 turns, the last 30
    assert MAX_TURNS == 30


def test_of_a_very_long_question_only_the_beginning_is_kept() -> None:
    assert len(take_turn(RecordingBot(), Asked("x" * 100_000), [], number=1).question) == 2_000


def test_a_build_goes_from_waiting_over_its_stages_to_ready() -> None:
    build = BuildState()
    assert build.progress == BuildProgress(BuildPhase.BUILDING, "waiting", 0, 0)
    build.update("reading", 3, 10)
    assert build.progress == BuildProgress(BuildPhase.BUILDING, "reading", 3, 10)
    build.finish()
    assert build.progress.phase is BuildPhase.READY


def test_a_failed_build_keeps_its_reason() -> None:
    build = BuildState()
    build.fail("nothing usable in corpus/; add documents")
    assert (build.progress.phase, build.progress.reason) == (
        BuildPhase.FAILED,
        "nothing usable in corpus/; add documents",
    )
