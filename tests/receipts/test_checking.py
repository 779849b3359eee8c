"""A receipt against its file on disk: unchanged, changed, gone, or other words at its place; looked at anew each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Quote, Receipt, Span, text_hash
from ragbot.loaders import load_document, parse_source
from ragbot.receipts import Checked, Finding, Originals, check_receipt
from tests.conftest import BuildIndex
from tests.loaders.pdf_files import pages_of

TEXT = "# After\n\nRest today. Do not drive. Drink water.\n"
WORDS = "Do not drive."
START = TEXT.index(WORDS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "after.md"
    path.write_text(TEXT)
    return path


def receipt_of(path: Path, words: str = WORDS) -> Receipt:
    document = load_document(path, path.name)
    start = document.text.index(words)
    return Receipt.of(Quote.cut(document, Span(start, start + len(words))), "index")


def check(receipt: Receipt, path: Path | None, words: str = WORDS) -> Checked:
    return check_receipt(receipt, path, text=words, parse=parse_source)


def test_words_in_the_same_file_at_the_same_place_are_unchanged(file: Path) -> None:
    assert check(receipt_of(file), file) == Checked(Finding.UNCHANGED, Span(START, START + 13))
    assert check(receipt_of(file), file).ok


def test_a_pdf_is_checked_by_its_extracted_text(tmp_path: Path) -> None:
    path = tmp_path / "leaflet.pdf"
    path.write_bytes(pages_of(["Rest today.", "Do not drive."]))
    assert check(receipt_of(path), path).finding is Finding.UNCHANGED
    path.write_bytes(pages_of(["Do not drive.", "Rest today."]))
    assert check(receipt_of(path), path).finding is Finding.UNCHANGED


def test_a_changed_file_says_whether_and_where_the_words_still_stand(file: Path) -> None:
    receipt = receipt_of(file)
    file.write_text(TEXT + "\nNew.\n")
    assert check(receipt, file) == Checked(Finding.FILE_CHANGED, Span(START, START + 13))
    file.write_text("New. " + TEXT)
    assert check(receipt, file) == Checked(Finding.FILE_CHANGED, Span(START + 5, START + 18))
    file.write_text(TEXT.replace("not drive", "drive"))
    assert check(receipt, file) == Checked(Finding.FILE_CHANGED)


def test_of_several_places_in_a_changed_file_the_nearest_is_told(file: Path) -> None:
    receipt = receipt_of(file)
    file.write_text(f"{WORDS} {'x ' * 40}{WORDS} y")  # at 0 and at 94; it stood at 21
    assert check(receipt, file).place == Span(0, 13)


def test_a_file_that_is_gone_is_told(file: Path) -> None:
    receipt = receipt_of(file)
    file.unlink()
    assert check(receipt, file) == check(receipt, None) == Checked(Finding.FILE_GONE)


def test_other_words_at_the_place_differ_though_the_file_is_the_same(file: Path) -> None:
    true = receipt_of(file)
    altered = Receipt(true.document, true.sha256, true.start, true.end, text_hash("You may drive."), "index")
    assert check(altered, file, "You may drive.") == Checked(Finding.TEXT_DIFFERS)
    moved = Receipt(true.document, true.sha256, true.start + 1, true.end + 1, true.text_sha256, "index")
    assert check(moved, file) == Checked(Finding.TEXT_DIFFERS, Span(START, START + 13))


def test_a_file_that_became_unreadable_is_told_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "leaflet.pdf"
    path.write_bytes(pages_of(["Do not drive."]))
    receipt = receipt_of(path)
    path.write_bytes(b"%PDF-1.4 broken")
    found = check(receipt, path)
    assert found.finding is Finding.UNREADABLE
    assert "no PDF with pages, or damaged" in found.reason


@given(st.integers(0, len(TEXT) - 1), st.integers(1, len(TEXT)), st.integers(0, len(TEXT) - 1))
def test_no_change_of_a_single_character_goes_unseen(
    tmp_path_factory: pytest.TempPathFactory, start: int, length: int, changed: int
) -> None:
    path = tmp_path_factory.mktemp("law") / "after.md"
    path.write_text(TEXT)
    words = TEXT[start : start + length]
    receipt = Receipt.of(Quote.cut(load_document(path, path.name), Span(start, start + len(words))), "index")
    assert check(receipt, path, words).ok
    path.write_text(TEXT[:changed] + ("y" if TEXT[changed] == "x" else "x") + TEXT[changed + 1 :])
    found = check(receipt, path, words)
    assert found.finding is Finding.FILE_CHANGED
    assert (found.place is None) == (start <= changed < start + len(words)) or found.place != Span(
        start, start + len(words)
    )


def test_files_are_found_again_from_any_working_directory(
    build_index: BuildIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = build_index({"a.md": "Rest.", "sub/b.md": "Eat well."})
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    found = Originals(index).path("sub/b.md")
    assert found is not None
    assert found.read_text() == "Eat well."
    assert Originals(index).path("c.md") is None


def test_without_the_folder_no_file_is_found(build_index: BuildIndex, tmp_path: Path) -> None:
    index = build_index({"a.md": "Rest."})
    (tmp_path / "corpus").rename(tmp_path / "moved")
    assert Originals(index).paths() == {}
