"""What the page sends with a question, and what of it counts when the server has forgotten the turns before."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ragbot.datatypes import Answer, Outcome
from ragbot.ui.answers import turn_html
from ragbot.ui.asking import Asking
from ragbot.ui.parts import asset
from ragbot.ui.state import MAX_TURNS, Asked, Turn, take_turn
from ragbot.ui.words import load_words

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))  # the states of the page

SHOWN = [[1, "Does ketamine help with depression?"], [3, "Is it safe?"]]


def turn(number: int) -> Turn:
    return Turn(number, f"question {number}", Answer(f"question {number}", Outcome.ANSWERED))


def test_a_forgotten_conversation_goes_on_with_the_next_number() -> None:
    asking = Asking.read({"question": "and for pain?", "shown": SHOWN})
    assert asking.number([]) == 4
    assert asking.forgotten([]) == ("Does ketamine help with depression?", "Is it safe?")


def test_what_the_server_remembers_is_taken_from_the_server_alone() -> None:
    asking = Asking.read({"question": "and for pain?", "shown": SHOWN})
    assert asking.forgotten([turn(1), turn(2), turn(3)]) == ()
    assert asking.forgotten([turn(3)]) == ("Does ketamine help with depression?",)
    assert asking.number([turn(7)]) == 8


@pytest.mark.parametrize(
    "sent",
    [None, "x", {"a": 1}, [[]], [["1", "x"]], [[1, 2]], [[0, "x"]], [[1_000_001, "x"]], [[1, "  "]], [[1, "x", "y"]]],
)
def test_what_cannot_be_used_is_as_if_it_was_not_sent(sent: object) -> None:
    asking = Asking.read({"question": "and for pain?", "shown": sent})
    assert (asking.forgotten([]), asking.number([])) == ((), 1)


def test_numbers_rise_and_no_more_turns_count_than_the_server_keeps() -> None:
    asking = Asking.read({"question": "?", "shown": [[2, "a"], [1, "b"], [2, "c"], [5, "d"]]})
    assert asking.shown == ((2, "a"), (5, "d"))
    many = [[number, "x"] for number in range(1, 200)]
    assert len(Asking.read({"question": "?", "shown": many}).shown) == MAX_TURNS


class Listener:
    """A bot that remembers the turns that it was asked with."""

    def __init__(self) -> None:
        self.turns: list[str] = []

    def ask_turns(self, turns: list[str], **how: object) -> Answer:
        self.turns = list(turns)
        return Answer(turns[-1], Outcome.NO_ANSWER)


def test_forgotten_questions_come_before_those_that_are_remembered_and_are_bounded() -> None:
    bot = Listener()
    take_turn(bot, Asked("and now?", before=("a", "b" * 5_000)), [turn(3)], number=4)  # type: ignore[arg-type]
    assert bot.turns == ["a", "b" * 2_000, "question 3", "and now?"]
    take_turn(bot, Asked("and now?", before=("a",) * 100), [], number=101)  # type: ignore[arg-type]
    assert len(bot.turns) == MAX_TURNS + 1


class Tags(HTMLParser):
    """The names of all elements and attributes of a text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_every_kind_of_turn_is_made_of_what_a_reloaded_page_takes_over() -> None:
    from page_states import StateBot, bot

    script = asset("js/remembering.js")
    found = re.search(r'HANDED_TAGS = new Set\(\s*"([^"]+)"', script)
    assert found
    taken = set(found[1].split())
    questions = (bot.ANSWERED, bot.FOLLOW_UP, bot.LIST, bot.TWO_SIDES, bot.NO_MATCH, bot.EMERGENCY, bot.PERSONAL_DOSE)
    states, used = StateBot(), set()
    for question in (*questions, bot.SMALL_TALK):
        tags = Tags(turn_html(Turn(1, question, states.ask(question)), load_words(), reportable=True))
        used |= tags.names
        assert not [name for name in tags.attributes if re.match(r"on|style$|src|action|formaction|xlink", name)]
    assert used <= taken
    assert taken <= used | {"br", "em", "strong", "section", "ol", "i", "mark", "b"}  # of other documents' texts
