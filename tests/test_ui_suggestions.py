"""Suggested questions are buttons that ask them, with every word escaped."""

from __future__ import annotations

from ragbot.datatypes import Answer, Outcome
from ragbot.ui.suggestions import suggestions_html


def test_without_suggestions_there_is_nothing() -> None:
    assert suggestions_html(Answer("x", Outcome.NO_ANSWER)) == ""


def test_each_question_is_a_button_that_asks_it_alone() -> None:
    html = suggestions_html(Answer("x", Outcome.NO_ANSWER, also_asked=("Who pays?",), try_instead=("Is it <b>?",)))
    assert 'data-ask="Who pays?" data-alone>Who pays?</button>' in html
    assert 'data-ask="Is it &lt;b&gt;?" data-alone>Is it &lt;b&gt;?</button>' in html
    assert html.index("You also asked") < html.index("Questions that the documents answer")
    assert html.count("<section") == html.count("</section>") == 2
