"""The words of the chat page, by the part of it that they stand in."""

from __future__ import annotations

from collections.abc import Mapping

from ragbot.ui.words.group import Counted, Group


class PageWords(Group):
    """What stands on the page in every state. `disclaimer_line` stands beside the fixed disclaimer, which is English."""

    name: str
    line: str
    not_reviewed: str
    disclaimer_name: str
    disclaimer_line: str


class DateWords(Group):
    """How dates and large numbers are written."""

    months: tuple[str, str, str, str, str, str, str, str, str, str, str, str]
    day: str
    month: str
    moment: str
    thousands: str


class AskingWords(Group):
    """The question box and what happens to a question under way."""

    label: str
    hint: str
    send: str
    keys: str
    searching: str
    failed: str
    lost: str


class WelcomeWords(Group):
    """Before the first question."""

    name: str
    line: str
    examples: str


class BuildingWords(Group):
    """While there is no index to answer from."""

    name: str
    line: str
    stages: Mapping[str, str]
    stage_of: str
    not_ready: str
    failed: str
    unavailable: str
    unavailable_step: str


class AnswerWords(Group):
    """Around quotations and refusals."""

    asked: str
    not_asked: str
    matches: Mapping[str, str]
    match_explained: str
    match_explained_low: str
    understood: str
    ask_alone: str
    searched_also: str
    more: Counted
    also_in: str
    differ: str
    differ_line: str
    source_number: str
    show: str
    page_number: str
    published: str
    reviewed: str
    sources: Counted
    unknown_words: str
    nearest: str
    try_instead: str
    also_asked: str


class SafetyWords(Group):
    """What introduces a fixed safety text to a reader of another language; empty in English."""

    emergency_intro: str
    dose_intro: str
    footer_intro: str


class PanelWords(Group):
    """The panel that shows a document, checks a quote and draws a page. `found` and `no_picture` go by the finding."""

    name: str
    close: str
    steps: str
    position: str
    previous: str
    next: str
    back_to_quote: str
    contents: str
    loading: str
    failed: str
    busy: str
    gone: str
    changed: str
    long: str
    before: str
    after: str
    copy_quote: str
    copied: str
    copy_by_hand: str
    cited_section: str
    cited_place: str
    cited_index: str
    tools: str
    verify: str
    verify_line: str
    verifying: str
    checked_at: str
    found: Mapping[str, str]
    show_page: str
    drawing: str
    picture_of: str
    page_of: str
    page_before: str
    page_after: str
    larger: str
    boxed: str
    not_boxed: str
    no_picture: Mapping[str, str]


class ShortcutsWords(Group):
    """The list of keys. Parts of a combination in `keys` are joined by " + "."""

    name: str
    button: str
    keys: Mapping[str, str]
    does: Mapping[str, str]
    single: str
    single_line: str
    skip: str
