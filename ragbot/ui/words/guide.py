"""The words of what leads on from an answer: how a question was searched, what to ask next, whom to call."""

from __future__ import annotations

from ragbot.ui.words.group import Group


class GuideWords(Group):
    """Around a question and after it."""

    only_typed: str
    as_typed: str
    not_as_typed: str
    next: str
    ask_person: str
    meaning: str
    in_danger: str
    show_help: str
    hide_help: str
