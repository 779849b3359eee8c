"""A bot that answers a few questions from four short documents, without a model: one question for each state of the page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ragbot.answering import NO_ANSWER
from ragbot.datatypes import Answer, CatalogueEntry, Definition, Document, Outcome, Quote, Source, Span
from ragbot.loaders import load_document
from ragbot.query import clean_question
from ragbot.safety import crisis_data, emergency_text, phrase_dangers
from ragbot.scope import Scope
from ragbot.small_talk import small_talk_reply

DOCUMENTS = Path(__file__).parent / "documents"

ANSWERED = "When can I drive after esketamine nasal spray?"
FOLLOW_UP = "and after a drip?"
LIST = "What should I bring to a session?"
TWO_SIDES = "Does ketamine harm the bladder?"
NO_MATCH = "What is the tallest mountain in Africa?"
EMERGENCY = "I want to kill myself"
PERSONAL_DOSE = "How much ketamine should I take tonight?"
SMALL_TALK = "Hello"
TOO_LONG = "Why? " * 500
HELD = "What takes long to find?"
DEFECT = "What breaks the page?"
_LEAD_IN = "On the day of a session, bring:"


class StateBot:
    """Answers the questions above. While `released` is cleared the answer to HELD waits; DEFECT fails as no bot should."""

    fingerprint = "3f1c9a7e55d0"
    folder = DOCUMENTS

    def __init__(self) -> None:
        self.released = threading.Event()
        self.asked: list[list[str]] = []  # the turns of each question; those that were only tried as next ones too
        self._documents = {path.name: load_document(path, path.name) for path in sorted(DOCUMENTS.glob("*.md"))}
        self._answers: dict[str, Callable[[str], Answer]] = {
            ANSWERED: self._driving, FOLLOW_UP: self._follow_up, LIST: self._list, TWO_SIDES: self._two_sides,
            EMERGENCY: self._emergency, PERSONAL_DOSE: self._personal_dose, SMALL_TALK: self._small_talk,
            HELD: self._held, DEFECT: self._defect,
        }  # fmt: skip

    @property
    def index(self) -> StateBot:
        """Itself: the only index there is."""
        return self

    @property
    def catalogue(self) -> list[CatalogueEntry]:
        """What the documents say of themselves."""
        names = CatalogueEntry.__slots__
        return [CatalogueEntry(**{name: getattr(one, name) for name in names}) for one in self._documents.values()]

    def document(self, doc_id: str) -> Document:
        """The document called `doc_id`."""
        return self._documents[doc_id]

    def title(self, doc_id: str) -> str | None:
        """The title of the document called `doc_id`, or None if there is none."""
        return self._documents[doc_id].title if doc_id in self._documents else None

    def ask(self, question: str) -> Answer:
        """The answer to one question."""
        return self.ask_turns([question])

    def help_first(self, turns: Sequence[str]) -> Answer | None:
        """The answer to the last of `turns` if it tells of danger."""
        answer = self.ask_turns(turns)
        return answer if answer.outcome is Outcome.EMERGENCY else None

    def ask_turns(
        self,
        turns: Sequence[str],
        *,
        threshold: float | None = None,
        alone: bool = False,
        as_typed: bool = False,
        scope: Scope | None = None,
    ) -> Answer:
        """The answer to the last of `turns`; what is none of the questions above is refused."""
        self.asked.append(list(turns))
        question = clean_question(turns[-1])
        answer = self._answers.get(question, self._no_answer)(question)
        if as_typed:
            answer = replace(answer, searched_also=(), as_typed=True)
        return answer if scope is None or scope.is_everything else replace(answer, scope=scope)

    def _quote(
        self, name: str, words: str, *, marked: str = "", also_in: tuple[Source, ...] = (), group: str | None = None
    ) -> Quote:
        document = self._documents[name]
        span, lead_in = _place(document, words), _place(document, _LEAD_IN) if group == "list" else None
        highlights = (_place(document, marked, start=span.start),) if marked else ()
        return Quote.cut(document, span, highlights=highlights, also_in=also_in, group=group, lead_in=lead_in)

    def _driving(self, question: str) -> Answer:
        also = (Source("costs.md", "What treatment costs", 130, 200, "2024-11-05"),)
        first = self._quote(
            "going-home.md",
            "After esketamine nasal spray, people should not drive until the next day, after a restful sleep.",
            marked="until the next day, after a restful sleep",
            also_in=also,
        )
        second = self._quote(
            "going-home.md", "Many people feel tired or a little unsteady for the rest of the day.", marked="tired"
        )
        third = self._quote(
            "costs.md", "Insurers usually ask for approval before the\nfirst session of esketamine.", marked="approval"
        )
        meaning = self._quote("glossary.md", "Esketamine is one of the two mirror-image halves of ketamine.")
        footer = "Do not drive, cycle or use machines on the day of ketamine or esketamine."
        return Answer(
            question, Outcome.ANSWERED, (first, second, third), confidence=0.86, footer=footer,
            searched_also=("Spravato", "driving"), index=self.fingerprint,
            definitions=(Definition("Esketamine", meaning, 0, 6, 16),),
        )  # fmt: skip

    def _follow_up(self, question: str) -> Answer:
        quote = self._quote(
            "going-home.md",
            "After a ketamine\ndrip, clinics commonly ask people not to drive for at least 24 hours.",
            marked="for at least 24 hours",
        )
        return Answer(
            question, Outcome.ANSWERED, (quote,), confidence=0.58, understood="When can I drive after a drip?",
            also_asked=("Does insurance pay?",), index=self.fingerprint,
        )  # fmt: skip

    def _list(self, question: str) -> Answer:
        items = ("an adult who takes you home", "a list of your medicines", "loose clothes")
        text = self._documents["going-home.md"].text
        lines = [next(line[2:] for line in text.splitlines() if line.startswith(f"- {item}")) for item in items]
        quotes = tuple(self._quote("going-home.md", line, group="list") for line in lines)
        return Answer(question, Outcome.ANSWERED, quotes, confidence=0.74, index=self.fingerprint)

    def _two_sides(self, question: str) -> Answer:
        one = self._quote(
            "bladder-review.md",
            "Frequent use of ketamine can damage the bladder, and the damage does not always heal.",
            marked="can damage the bladder",
            group="side-a",
        )
        other = self._quote(
            "bladder.md",
            "In the clinics that were followed for one year, treatment under supervision did not lead to lasting bladder damage.",
            marked="did not lead to lasting bladder damage",
            group="side-b",
        )
        return Answer(question, Outcome.ANSWERED, (one, other), confidence=0.64, index=self.fingerprint)

    def _no_answer(self, question: str) -> Answer:
        nearest = (
            self._quote("costs.md", "Insurers cover esketamine nasal spray more often than ketamine infusions."),
        )
        return Answer(
            question, Outcome.NO_ANSWER, nearest=nearest, confidence=0.04, message=NO_ANSWER,
            unknown_words=("tallest", "mountain", "Africa"), try_instead=(ANSWERED, "Does insurance pay?"),
            index=self.fingerprint,
        )  # fmt: skip

    def _emergency(self, question: str) -> Answer:
        return Answer(question, Outcome.EMERGENCY, message=emergency_text(phrase_dangers(question)))

    def _personal_dose(self, question: str) -> Answer:
        return Answer(question, Outcome.PERSONAL_DOSE, message=crisis_data()["texts"]["personal_dose"])

    def _small_talk(self, question: str) -> Answer:
        return Answer(question, Outcome.SMALL_TALK, message=small_talk_reply(question))

    def _held(self, question: str) -> Answer:
        self.released.wait(120)
        return self._driving(question)

    def _defect(self, question: str) -> Answer:
        raise ZeroDivisionError("a defect, to see what the page says of it")


def _place(document: Document, words: str, *, start: int = 0) -> Span:
    at = document.text.index(words, start)
    return Span(at, at + len(words))
