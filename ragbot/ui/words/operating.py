"""The words of what an operator may switch on: the password's page, and the contact line."""

from __future__ import annotations

from ragbot.ui.words.group import Group


class OperatingWords(Group):
    """The login page. `contact` is the operator's own line, empty in every language file."""

    contact: str
    log_in: str
    log_in_line: str
    danger: str
    danger_self: str
    danger_taken: str
