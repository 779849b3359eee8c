"""SQuAD 1.1 and 2.0 JSON as rows, the tokenised variant tidied. Reads what it is given; `mixture` says how much counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from ragbot.errors import DatasetError
from reader_data.rows import PoolWindow, Row, SourceRows, cut_windows, n_words, read_json, sentence_spans

EMPTY_WINDOW_SHARE = 0.35  # of the questions on a text of several windows, also asked of one that does not answer

_BEFORE_MARK = re.compile(r"\s+([.,;:!?%)\]}])")
_AFTER_BRACKET = re.compile(r"([(\[{$#])\s+")
_CLITIC = re.compile(r"\s+('s|'re|'ve|'ll|'d|'m|n't)\b")
_CURLED = re.compile(r"``\s*|\s*''")
_QUOTATION_MARK = re.compile(r'\s*"\s*')


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph with the characters of its sentences, cut into windows of sentence numbers."""

    text: str
    spans: tuple[tuple[int, int], ...]
    windows: tuple[range, ...]
    paragraph: str
    prefix: str
    held: bool

    def sentences(self, window: range) -> tuple[str, ...]:
        """The sentences of one window."""
        return tuple(self.text[slice(*self.spans[number])] for number in window)

    def right(self, window: range, answers: Sequence[tuple[int, int]]) -> tuple[int, ...]:
        """Numbers within the window of the sentences that an answer touches."""
        return tuple(
            place
            for place, number in enumerate(window)
            if any(self.spans[number][0] < end and start < self.spans[number][1] for start, end in answers)
        )

    def span(self, window: range, answers: Sequence[tuple[int, int]]) -> tuple[int, int, int] | None:
        """The first answer that lies in one sentence of the window, as (sentence, start, end) within the sentence."""
        for start, end in answers:
            for place, number in enumerate(window):
                first, last = self.spans[number]
                if first <= start and end <= last:
                    return place, start - first, end - first
        return None


def read_squad(
    path: Path, random: Random, *, own_text_only: bool = False, held_articles: int = 0, none_repeated: int = 1
) -> SourceRows:
    """Rows of a SQuAD file; the last `held_articles` are held. Raises DatasetError.

    Questions of a file with `own_text_only` make sense only beside their text: nothing is mined for them or from it, and
    its titles name collections.
    Training rows that the data set itself marks as unanswerable come `none_repeated` times.
    """
    data = read_json(path)
    rows: list[Row] = []
    pool: list[PoolWindow] = []
    place = "the top"
    try:
        tokenised = "tokenised" in str(data.get("version", ""))
        n_articles = len(data["data"])
        for number, article in enumerate(data["data"]):
            for index, paragraph in enumerate(article["paragraphs"]):
                place = f"article {number + 1}, paragraph {index + 1}"
                name = "" if own_text_only else f"{path.name} {number}.{index}"
                held = number >= n_articles - held_articles
                title = "" if own_text_only else _title(article)
                text = _text(paragraph, random, name, title, held=held, tokenised=tokenised)
                if text.windows:
                    usable = bool(name) and not held
                    pool += [PoolWindow(text.sentences(w), name, text.prefix) for w in text.windows if usable]
                    for qa in paragraph["qas"]:
                        found = _rows(qa, text, path.stem, random, tokenised=tokenised)
                        rows += found * (none_repeated if qa.get("is_impossible") and not held else 1)
    except (KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{path}: no SQuAD data at {place} ({error!r}); mend or leave out this file") from error
    return SourceRows(tuple(rows), tuple(pool))


def tidy(text: str) -> str:
    """Text that was joined with blanks around its marks, as people write it.

    >>> tidy('They said , " it ca n\\'t be " ( 1999 ) .')
    'They said, "it can\\'t be" (1999).'
    """
    text = _AFTER_BRACKET.sub(r"\1", _BEFORE_MARK.sub(r"\1", text))
    text = _CURLED.sub('"', _CLITIC.sub(r"\1", text))
    outside, *parts = _QUOTATION_MARK.split(text)
    tidied = outside
    for number, part in enumerate(parts):
        if number % 2 == 0:
            tidied += (' "' if tidied and not tidied.endswith("(") else '"') + part
        else:
            tidied += '"' + ("" if re.match(r"[.,;:!?)]", part) else " ") + part
    return re.sub(r" {2,}", " ", tidied).strip()


def answer_spans(answers: Sequence[Any], text: str, *, tokenised: bool) -> list[tuple[int, int]]:
    """Characters of each answer in `text`; one that does not stand at its offset is looked for, or left out."""
    found = []
    for answer in answers:
        words, start = str(answer["text"]), int(answer.get("answer_start", -1))
        if tokenised:
            words, start = tidy(words), -1
        if not words.strip():
            continue
        if start < 0 or text[start : start + len(words)] != words:
            start = text.find(words)
        if start >= 0:
            found.append((start, start + len(words)))
    return found


def _title(article: Any) -> str:
    """The article's title, or nothing where the file says in brackets that it is unknown."""
    title = str(article.get("title") or "").replace("_", " ").strip()
    return "" if title.startswith("(") else title


def _text(paragraph: Any, random: Random, name: str, title: str, *, held: bool, tokenised: bool) -> Text:
    text = tidy(paragraph["context"]) if tokenised else str(paragraph["context"])
    spans = sentence_spans(text)
    windows = cut_windows([n_words(text[a:b]) for a, b in spans], random)
    return Text(text, tuple(spans), tuple(windows), name, title, held)


def _rows(qa: Any, text: Text, source: str, random: Random, *, tokenised: bool) -> list[Row]:
    """The question beside the window that answers it, at times also beside one that does not; none if it has no place."""
    question = tidy(qa["question"]) if tokenised else str(qa["question"]).strip()
    answers = qa.get("answers") or []
    spans = answer_spans(answers, text.text, tokenised=tokenised)
    wordings = tuple(sorted({text.text[a:b] for a, b in spans}))

    def row(window: range, right: tuple[int, ...], span: tuple[int, int, int] | None) -> Row:
        return Row(
            question, text.sentences(window), right, (), span, text.prefix, source, text.held, text.paragraph, wordings
        )

    if qa.get("is_impossible") or not answers:
        return [row(random.choice(text.windows), (), None)]
    rows = [row(w, right, text.span(w, spans)) for w in text.windows if (right := text.right(w, spans))][:1]
    others = [window for window in text.windows if not text.right(window, spans)]
    if rows and others and text.paragraph and random.random() < EMPTY_WINDOW_SHARE:
        rows.append(row(random.choice(others), (), None))
    return rows
