"""Suggested next questions are ones that the bot answered when it was asked them, with something not yet on the page."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from ragbot.datatypes import Answer, Document, Heading, Outcome, Quote, Span
from ragbot.errors import IndexNotBuiltError
from ragbot.ui.next_questions import MAX_TRIED, NextQuestions, next_questions_html
from ragbot.ui.state import Turn
from ragbot.ui.words import load_words

WORDS = load_words()
SECTIONS = {
    "Can I drive?": "Not until the next day.",
    "Can I eat?": "Eat two hours before.",
    "Who pays?": "Insurers do.",
    "What if I want to die?": "Call 988.",
    "What is the moon made of?": "",
    "Who settles the bill?": "Insurers do.",
    "Can I swim?": "Wait for a day.",
    "Can I work?": "Rest first.",
}
TEXT = "".join(f"{heading}\n{text}\n" for heading, text in SECTIONS.items())


def place(text: str) -> Span:
    start = TEXT.index(text)
    return Span(start, start + len(text))


DOCUMENT = Document("a.md", "A", TEXT, "a.md", "ab", (), tuple(Heading(place(title), 2, title) for title in SECTIONS))


class FaqBot:
    """Answers each heading with the sentence under it, helps whoever wants to die, and knows nothing of the moon."""

    def __init__(self) -> None:
        self.fingerprint = "one"
        self.asked: list[str] = []

    @property
    def index(self) -> FaqBot:
        return self

    def document(self, doc_id: str) -> Document:
        return {"a.md": DOCUMENT}[doc_id]

    def ask(self, question: str) -> Answer:
        return self.ask_turns([question])

    def ask_turns(self, turns: Sequence[str], **how: object) -> Answer:
        question = turns[-1]
        self.asked.append(question)
        if "die" in question:
            return Answer(question, Outcome.EMERGENCY, message="Call 988.")
        text = SECTIONS.get(question)
        if not text:
            return Answer(question, Outcome.NO_ANSWER, message="The documents do not answer this.")
        return Answer(question, Outcome.ANSWERED, (Quote.cut(DOCUMENT, place(text)),), index=self.fingerprint)


def turn(bot: FaqBot, question: str, number: int = 1) -> Turn:
    return Turn(number, question, bot.ask(question))


def test_only_answered_questions_are_offered_and_none_that_is_gated() -> None:
    bot = FaqBot()
    # Outwards from "Who pays?": die (gated), eat, moon (refused), drive, bill (the same sentence), swim, work.
    assert NextQuestions().after(bot, [turn(bot, "Who pays?")]) == ("Can I eat?", "Can I drive?", "Can I swim?")


def test_what_was_asked_before_is_not_offered_again() -> None:
    bot = FaqBot()
    turns = [turn(bot, "Can I drive?"), Turn(2, "can i EAT", None, "x"), turn(bot, "Who pays?", 3)]
    assert NextQuestions().after(bot, turns) == ("Can I swim?", "Can I work?")


def test_after_a_refusal_the_nearest_questions_are_put_to_the_bot_first() -> None:
    bot = FaqBot()
    refused = Answer("x", Outcome.NO_ANSWER, try_instead=("What is the moon made of?", "Can I work?"))
    assert NextQuestions().after(bot, [Turn(1, "x", refused)]) == ("Can I work?",)


@pytest.mark.parametrize("outcome", [Outcome.EMERGENCY, Outcome.PERSONAL_DOSE, Outcome.SMALL_TALK])
def test_after_help_and_small_talk_nothing_is_offered(outcome: Outcome) -> None:
    bot = FaqBot()
    assert (
        NextQuestions().after(bot, [Turn(1, "x", Answer("x", outcome, message="m", try_instead=("Who pays?",)))]) == ()
    )
    assert NextQuestions().after(bot, [Turn(1, "x", notice="too long")]) == ()
    assert NextQuestions().after(bot, []) == ()
    assert bot.asked == []


def test_what_the_bot_said_is_remembered_until_the_index_changes() -> None:
    bot, questions = FaqBot(), NextQuestions()
    turns = [turn(bot, "Who pays?")]
    first = questions.after(bot, turns)
    n_asked = len(bot.asked)
    assert questions.after(bot, turns) == first
    assert len(bot.asked) == n_asked
    bot.fingerprint = "two"
    assert questions.after(bot, turns) == first
    assert len(bot.asked) == 2 * n_asked - 1  # the first of all was the person's own


def test_nobody_waits_for_suggestions_and_what_is_remembered_is_still_offered() -> None:
    bot, waiting = FaqBot(), [False]
    questions = NextQuestions(busy=lambda: waiting[0])
    turns = [turn(bot, "Who pays?")]
    waiting[0] = True
    n_asked = len(bot.asked)
    assert questions.after(bot, turns) == ()
    assert len(bot.asked) == n_asked
    waiting[0] = False
    found = questions.after(bot, turns)
    waiting[0] = True
    assert questions.after(bot, turns) == found != ()


def test_no_more_than_a_few_are_tried() -> None:
    bot = FaqBot()
    many = tuple(f"Is thing number {n} known?" for n in range(20))
    assert NextQuestions().after(bot, [Turn(1, "x", Answer("x", Outcome.NO_ANSWER, try_instead=many))]) == ()
    assert len(bot.asked) == MAX_TRIED


def test_an_index_that_goes_away_gives_no_suggestions_and_no_error() -> None:
    class LostBot(FaqBot):
        def ask_turns(self, turns: Sequence[str], **how: object) -> Answer:
            raise IndexNotBuiltError("no index at index/; run: ragbot ingest")

    bot = FaqBot()
    turns = [turn(bot, "Who pays?")]
    assert NextQuestions().after(LostBot(), turns) == ()


def test_each_is_a_button_that_asks_it_alone_with_every_word_escaped() -> None:
    bot = FaqBot()
    markup = next_questions_html(["Is it <b>${1}?"], turn(bot, "Who pays?", 4), WORDS)
    assert 'data-turn="4"' in markup
    assert re.search(r'<button[^>]* data-ask="Is it &lt;b&gt;&#36;&#123;1&#125;\?" data-alone>', markup)
    assert "You could ask next" in markup
    refused = Turn(1, "x", Answer("x", Outcome.NO_ANSWER))
    assert "Questions that the documents answer" in next_questions_html(["Who pays?"], refused, WORDS)
    assert next_questions_html([], refused, WORDS) == ""
