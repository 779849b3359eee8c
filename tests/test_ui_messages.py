"""Fixed messages: every word kept, every number a link, one number a line."""

import html
import json
import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.ui.messages import line_html, message_html

CRISIS = json.loads((files("ragbot") / "data" / "crisis.json").read_text("utf-8"))


def shown_text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def lines_of(markup: str) -> list[str]:
    return [shown_text(p).removesuffix(" · ") for p in re.findall(r"<p[^>]*>(.*?)</p>", markup)]


@pytest.mark.parametrize(
    ("line", "links"),
    [
        ("US, Canada **911** and UK **999**", ["tel:911", "tel:999"]),
        ("call or text 988. UK, Ireland: 116 123.", ["tel:988", "tel:116123"]),
        ("911, 999, 112, 000 (Australia) or 111", ["tel:911", "tel:999", "tel:112", "tel:000", "tel:111"]),
        ("US: Poison Help 1-800-222-1222.", ["tel:18002221222"]),
        ("Lifeline 0808 808 8000 and 13 11 14", ["tel:08088088000", "tel:131114"]),
        ("Ireland 01 809 2166 (8am–10pm)", ["tel:018092166"]),
        ("Childline 0800 1111", ["tel:08001111"]),
        ("text SHOUT to 85258", ["sms:85258"]),
    ],
)
def test_help_numbers_become_links(line: str, links: list[str]) -> None:
    assert re.findall(r'href="([^"]+)"', line_html(line)) == links


@pytest.mark.parametrize(
    "line", ["0.5 mg per kg", "40 to 60 minutes", "since 1962", "option 2", "1,999 people", "112.5"]
)
def test_amounts_years_and_options_are_no_telephone_numbers(line: str) -> None:
    assert "href" not in line_html(line)


@given(st.text(alphabet="ab19·:.()<&* \n", max_size=60))
def test_a_message_keeps_every_word(message: str) -> None:
    written = "".join(line for line in message.splitlines() if line.strip()).replace("**", "")
    assert shown_text(message_html(message)) == written


@pytest.mark.parametrize("name", CRISIS["texts"])
def test_the_shipped_crisis_texts_keep_every_word(name: str) -> None:
    message = CRISIS["texts"][name]
    assert shown_text(message_html(message)) == message.replace("**", "").replace("\n", "")


@pytest.mark.parametrize("name", CRISIS["texts"])
def test_numbers_joined_by_dots_stand_one_a_line(name: str) -> None:
    calls = re.findall(r'<div class="calls[^>]*>(.*?)</div>', message_html(CRISIS["texts"][name]))
    assert calls
    lines = [line for group in calls for line in lines_of(group)]
    assert not [line for line in lines if " · " in line]
    assert len(lines) >= 5  # each text names the five emergency numbers at least


def test_an_introduction_and_what_follows_stand_apart_from_the_numbers() -> None:
    message = "**Call now: 911 (US) · 999 (UK) · 111 (New Zealand)** if the person:"
    assert lines_of(message_html(message)) == [
        "Call now: ",
        "911 (US)",
        "999 (UK)",
        "111 (New Zealand)",
        " if the person:",
    ]


def test_a_country_name_before_its_number_is_no_introduction() -> None:
    message = "UK, Ireland: Samaritans **116 123** · UK: text **SHOUT** to **85258**"
    assert lines_of(message_html(message)) == ["UK, Ireland: Samaritans 116 123", "UK: text SHOUT to 85258"]
