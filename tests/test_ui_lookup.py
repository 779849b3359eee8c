"""What the page looks up of all documents, whatever the browser sends and whether there is an index or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragbot.answering import Bot
from ragbot.errors import IndexNotBuiltError
from ragbot.ui.lookup import Lookup
from ragbot.ui.state import AnsweringBot
from ragbot.ui.words import load_words

BuildBot = Callable[[Mapping[str, str | bytes]], Bot]
ENGLISH = load_words("en")
FILES = {
    "old.md": "---\npublished: 2012\nkind: leaflet\nsuperseded_by: new.md\n---\n# Old leaflet\n\n## Rest\n\nRest at home.\n",
    "new.md": "---\npublished: 2025\n---\n# New leaflet\n\nRest for a day.\n",
}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["scope", "find", "order", "document", "documents", "kinds", "since"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@pytest.fixture
def lookup(build_bot: BuildBot) -> Lookup:
    bot = build_bot(FILES)
    return Lookup(lambda: bot, ENGLISH, old_after_years=5, today=lambda: date(2026, 11, 22))


def test_the_library_lists_the_documents_with_their_cautions(lookup: Lookup) -> None:
    shown = lookup.library({"find": "leaflet", "order": "oldest"})
    assert shown["html"].index("Old leaflet") < shown["html"].index("New leaflet</button>")
    assert "published in 2012 and may be out of date" in shown["html"]
    assert shown["count"].startswith("2 documents")
    assert lookup.library({"find": "new.md"})["count"] == "1 of 2 documents have these words."


def test_a_document_that_is_gone_has_no_sections(lookup: Lookup) -> None:
    assert "Rest" in lookup.sections({"document": "old.md"})
    assert ENGLISH.panel.gone in lookup.sections({"document": "none.md"})


def test_the_dialog_shows_what_is_chosen_and_says_what_it_means(lookup: Lookup) -> None:
    scope = {"documents": ["new.md"], "since": "2025"}
    assert 'value="new.md" checked' in lookup.scope_form({"scope": scope})
    assert 'value="new.md" checked' in lookup.scope_documents({"scope": scope, "find": "new"})
    told = {"label": "New leaflet, since 2025", "count": "1 of 2 documents are searched.", "nothing": False}
    assert lookup.scope_chosen({"scope": scope}) == told
    assert lookup.scope_chosen({"scope": {"since": "soon"}})["nothing"] is True
    assert "write a year" in lookup.scope_form({"scope": {"since": "soon"}})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(anything)
def test_whatever_the_browser_sends_gets_an_answer(lookup: Lookup, event: object) -> None:
    assert isinstance(lookup.library(event)["html"], str)
    assert isinstance(lookup.sections(event), str)
    assert isinstance(lookup.scope_form(event), str)
    assert isinstance(lookup.scope_documents(event), str)
    assert isinstance(lookup.scope_chosen(event)["count"], str)


def test_without_an_index_each_says_so() -> None:
    def no_bot() -> AnsweringBot:
        raise IndexNotBuiltError("no index at index/; run: ragbot ingest")

    lookup = Lookup(no_bot, ENGLISH, old_after_years=5)
    line = "no index at index/; run: ragbot ingest"
    assert line in lookup.library({})["html"]
    assert line in lookup.sections({})
    assert line in lookup.scope_form({})
    assert line in lookup.scope_documents({})
    assert lookup.scope_chosen({}) == {"label": "", "count": line, "nothing": True}
