"""The other questions of a message are buttons that ask them, with every word escaped."""

from __future__ import annotations

from ragbot.datatypes import Answer, Outcome
from ragbot.ui.suggestions import suggestions_html
from ragbot.ui.words import load_words

ENGLISH = load_words("en")


def test_without_suggestions_there_is_nothing() -> None:
    assert suggestions_html(Answer("x", Outcome.NO_ANSWER), ENGLISH) == ""


def test_each_other_question_of_a_message_is_a_button_that_asks_it_alone() -> None:
    html = suggestions_html(Answer("x", Outcome.NO_ANSWER, also_asked=("Who pays?", "Is it <b>?")), ENGLISH)
    assert 'data-ask="Who pays?" data-alone>Who pays?</button>' in html
    assert 'data-ask="Is it &lt;b&gt;?" data-alone>Is it &lt;b&gt;?</button>' in html
    assert html.startswith('<section class="suggestions"><h3>You also asked')


def test_what_to_try_instead_is_left_to_the_questions_that_the_bot_was_asked() -> None:
    assert suggestions_html(Answer("x", Outcome.NO_ANSWER, try_instead=("Who pays?",)), ENGLISH) == ""
