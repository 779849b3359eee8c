"""The words of the documents page, for whoever looks after the documents."""

from __future__ import annotations

from collections.abc import Mapping

from ragbot.ui.words.group import Counted, Group


class DocumentsWords(Group):
    """The page of whoever looks after the documents."""

    name: str
    line: str
    to_chat: str
    log_out: str
    log_in: str
    log_in_line: str
    asked_for: str
    not_encrypted: str
    folders: Counted
    counts: str
    n_documents: Counted
    n_passages: Counted
    no_index: str
    waiting: Counted
    nothing_waits: str
    rebuild: str
    rebuild_line: str
    rebuilt: str
    unchanged: str
    not_rebuilt: str
    running: str
    last_run: str
    facts: Mapping[str, str]
    problems: str
    near: str
    repeats: str
    add: str
    choose: str
    add_line: str
    added: str
    uploading: str
    replace_name: str
    replace_line: str
    replace: str
    keep: str
    left_by_folder: str
    list: str
    find: str
    columns: Mapping[str, str]
    actions: str
    nothing_found: str
    none: str
    shown: str
    earlier: str
    later: str
    statuses: Mapping[str, str]
    preview: str
    preview_name: str
    preview_loading: str
    from_index: str
    from_file: str
    cut: str
    close: str
    retire: str
    retired: str
    retired_line: str
    retired_done: str
    undo: str
    put_back: str
    put_back_done: str
    retired_on: str
    none_retired: str
    lost: str
    ended: str
    other_page: str
