"""The numbers that stay in sight after an emergency are those that its text puts first, each with whose it is."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from ragbot.ui.help_bar import help_bar_html, help_source_html
from ragbot.ui.messages import Call, first_calls
from ragbot.ui.words import load_words

CRISIS = json.loads((files("ragbot") / "data" / "crisis.json").read_text("utf-8"))["texts"]
EVERYWHERE = [
    Call("911", "US, Canada"),
    Call("999", "UK"),
    Call("112", "Ireland, EU"),
    Call("000", "Australia"),
    Call("111", "New Zealand"),
]


@pytest.mark.parametrize("name", ["suicide_self", "suicide_other", "overdose", "psychosis_mania"])
def test_the_first_numbers_of_each_emergency_text_are_the_emergency_numbers(name: str) -> None:
    assert first_calls(CRISIS[name]) == EVERYWHERE


def test_a_number_that_takes_only_texts_is_none_to_call() -> None:
    assert first_calls("UK: text **SHOUT** to **85258** · Samaritans **116 123**") == [Call("116 123", "Samaritans")]


def test_a_message_without_a_group_gives_its_only_number_and_one_without_numbers_none() -> None:
    assert first_calls("Call **1737**") == [Call("1737", "Call")]
    assert first_calls("Go to someone you trust.") == []


def test_each_number_is_a_link_to_call_with_its_country() -> None:
    markup = help_source_html("US <b> **911** · UK **999**")
    assert re.findall(r'<a href="([^"]+)"><b>(\d+)</b> <span>([^<]+)</span>', markup) == [
        ("tel:911", "911", "US &lt;b&gt;"),
        ("tel:999", "999", "UK"),
    ]


def test_the_bar_is_hidden_and_names_its_buttons() -> None:
    markup = help_bar_html(load_words())
    assert re.search(r"<aside[^>]* hidden>", markup)
    assert 'aria-label="Hide these numbers"' in markup
