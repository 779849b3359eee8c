"""The words of what a visitor keeps and reports: exports, the history in the browser, whether an answer was right."""

from __future__ import annotations

from ragbot.ui.words.group import Group


class KeepingWords(Group):
    """Exports of the conversation, and what the operator keeps of it."""

    name: str
    markdown: str
    print: str
    data: str
    done: str
    file: str
    title: str
    saved: str
    index: str
    place: str
    on_server: str


class HistoryWords(Group):
    """What was asked before, kept in the visitor's browser."""

    open: str
    name: str
    line: str
    again_line: str
    switch: str
    off: str
    empty: str
    full: str
    refused: str
    again: str
    forget: str
    clear: str
    cleared: str
    close: str


class ReportingWords(Group):
    """Telling the operator that an answer was right or wrong, and what of it is saved."""

    ask: str
    yes: str
    no: str
    wrong: str
    pick: str
    absent: str
    what: str
    question: str
    right_quote: str
    right_refusal: str
    picked: str
    absent_said: str
    nothing_else: str
    save: str
    cancel: str
    saved: str
    lost: str
    changed: str
    failed: str
    picker: str
    picker_line: str
    document: str
    take: str
    choose_first: str
