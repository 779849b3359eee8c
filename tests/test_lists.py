"""From one item to its whole list, and only if the question asks for all of it."""

from __future__ import annotations

import pytest

from ragbot.datatypes import BlockKind, Document
from ragbot.lists import ItemList, asks_for_all, list_around
from ragbot.loaders.markdown import markdown_blocks
from ragbot.query import AnswerType, Query

EFFECTS = (
    "# Effects\n\nCommon effects of the spray are:\n\n- dizziness\n- nausea, which fades\n\n"
    "Rare effects are:\n\n- fainting\n  - in the heat\n  - on standing up\n- a fit\n\nThe end of it comes soon.\n"
)


def document(text: str) -> Document:
    return Document("a.md", "A", text, "a.md", "0" * 64, tuple(markdown_blocks(text)))


def found(text: str, item: str, *, max_words: int = 60) -> ItemList | None:
    own = document(text)
    block = next(n for n, b in enumerate(own.blocks) if b.span.cut(text).startswith(item))
    return list_around(own, block, max_words=max_words)


def shown(one: ItemList | None) -> list[str]:
    return [item.span.cut(one.document.text) for item in one.items] if one else []


def lead_in(one: ItemList | None) -> str | None:
    return one.lead_in.cut(one.document.text) if one and one.lead_in else None


@pytest.mark.parametrize(
    ("item", "items", "announced"),
    [
        ("dizziness", ["dizziness", "nausea, which fades"], "Common effects of the spray are:"),
        ("nausea", ["dizziness", "nausea, which fades"], "Common effects of the spray are:"),
        ("a fit", ["fainting", "a fit"], "Rare effects are:"),  # what belongs to an item is no item of the list
        ("on standing", ["in the heat", "on standing up"], "fainting"),  # a nested list is announced by its item
    ],
)
def test_an_item_brings_the_items_of_its_own_list_and_depth(item: str, items: list[str], announced: str) -> None:
    one = found(EFFECTS, item)
    assert (shown(one), lead_in(one)) == (items, announced)


def test_a_paragraph_or_a_lonely_item_is_no_list() -> None:
    assert found(EFFECTS, "The end") is None
    assert found("Effects are:\n\n- nausea\n\nMore follows here.\n", "nausea") is None


def test_an_announcement_or_a_question_among_the_items_is_left_out() -> None:
    assert shown(found("- nausea\n- others:\n- is it safe?\n- fits\n", "nausea")) == ["nausea", "fits"]


def test_a_paragraph_that_announces_nothing_is_no_lead_in() -> None:
    one = found("It was a long day for all of us.\n\n- nausea\n- fits\n", "nausea")
    assert (shown(one), lead_in(one)) == (["nausea", "fits"], None)


def test_a_long_item_is_quoted_by_its_first_sentences_within_the_limit() -> None:
    text = "- Nausea comes early. It fades within an hour. Then it is gone for good.\n- fits\n"
    # Three words, then five more make eight; the third sentence would make fifteen.
    assert shown(found(text, "Nausea", max_words=8)) == ["Nausea comes early. It fades within an hour.", "fits"]


def query(*terms: str, kind: AnswerType = AnswerType.LIST) -> Query:
    return Query("?", "?", terms, (), (), kind, (), ())


TREATMENTS = (
    "# Other treatments\n\nThere are several treatments for depression:\n\n- Magnetic stimulation of nerve cells\n"
    "- Talking therapy\n- Exercise\n- Tablets\n"
)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (query("treatment", "depress"), True),
        (query("treatment", "depress", kind=AnswerType.YES_NO), False),
        (query("treatment", "magnet", "stimul"), False),  # about one of the items
        (query("nurs", "practic"), False),  # about none of this
        (query("treatment", "son", "sign", "retreat", "guid", "leaflet"), False),  # one word of six
        (query(), False),
    ],
)
def test_a_list_is_given_only_to_a_question_about_the_whole_of_it(asked: Query, wanted: bool) -> None:
    one = found(TREATMENTS, "Magnetic")
    assert one is not None
    block = one.items[0].block
    assert one.document.blocks[block].kind is BlockKind.LIST_ITEM
    assert asks_for_all(asked, one, [block]) is wanted
