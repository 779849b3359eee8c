"""Every system can be named without its library, and ours goes through the public functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from benchmarks.records import K
from benchmarks.systems import FRAMEWORKS, NAMES, OURS, create_system, files_of, name_in

WriteCorpus = Callable[[Mapping[str, str]], Path]
TEXT = "# Driving\n\nDo not drive on the day of a session. Rest at home.\n\n# Cost\n\nA session costs 300 pounds.\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_system_is_created_without_its_library(name: str) -> None:
    assert create_system(name).packages


def test_the_four_that_encode_are_measured_beside_ours() -> None:
    assert {OURS, *FRAMEWORKS} < set(NAMES)


@pytest.mark.usefixtures("light_models")
def test_ours_returns_quotes_and_passages_at_their_places(write_corpus: WriteCorpus, tmp_path: Path) -> None:
    folder = write_corpus({"a.md": TEXT, "b.md": "# Food\n\nEat nothing before a session."})
    ours = create_system(OURS)
    ours.load(tmp_path)
    n_passages = ours.ingest(folder, tmp_path)
    ours.open()
    quotes, passages = ours.ask("May I drive on the day of a session?"), ours.read("May I drive on the day?")
    assert quotes
    assert passages
    assert len(passages) <= K
    assert quotes[0].text == "Do not drive on the day of a session."
    for one in [*quotes, *passages]:
        assert one.span
        assert one.text == (folder / one.document).read_text("utf-8")[slice(*one.span)]
    texts = ours.encoded_texts()
    assert texts is not None
    assert len(texts) == n_passages


def test_files_are_named_by_their_place_in_the_folder(write_corpus: WriteCorpus) -> None:
    folder = write_corpus({"b.md": "b", "more/a.md": "a"})
    assert [name_in(folder, path) for path in files_of(folder)] == ["b.md", "more/a.md"]
