"""The words for choosing what is searched, for the library, and for sources that may no longer hold."""

from __future__ import annotations

from collections.abc import Mapping

from ragbot.ui.words.group import Counted, Group


class ScopeWords(Group):
    """Choosing which documents are searched, and saying so. `names` joins several of them."""

    label: str
    everything: str
    again: str
    name: str
    line: str
    kinds: str
    no_kind: str
    since: str
    any_date: str
    since_year: str
    since_line: str
    documents: str
    documents_line: str
    find: str
    nothing_found: str
    further: Counted
    searched: str
    nothing_chosen: str
    done: str
    n_documents: Counted
    names: str
    since_date: str
    searched_only: str
    unknown_words: str
    loading: str
    failed: str


class LibraryWords(Group):
    """The list of all documents."""

    open: str
    name: str
    documents: Counted
    matching: str
    find: str
    order: str
    orders: Mapping[str, str]
    nothing_found: str
    further: Counted
    certainty: str
    undated: str
    sections: str
    no_sections: str
    file: str
    close: str
    loading: str
    failed: str


class CautionWords(Group):
    """What stands on a source that is old or superseded."""

    published: str
    reviewed: str
    superseded: str
    superseded_elsewhere: str
    open: str
