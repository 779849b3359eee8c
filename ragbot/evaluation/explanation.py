"""One question's way through the stages as text for a terminal: what `ragbot ask --explain` prints. Judges nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ragbot.answering import Trace
from ragbot.confidence import confidence_features
from ragbot.datatypes import Span
from ragbot.evaluation.stages import PassageTrace, SentenceTrace, StageTrace, trace_stages
from ragbot.rendering import visible
from ragbot.store import Index

SHOWN = 10
_MAX_CHARS = 160


def explain(trace: Trace, index: Index, *, threshold: float) -> str:
    """The stages of one question: what was searched, passages, sentences, confidence and threshold."""
    stages = trace_stages(trace, (), kept=SHOWN)
    has_quote = bool(trace.reading.runs)
    features = confidence_features(trace.query, trace.retrieval, trace.reading, index) if has_quote else {}
    return "\n\n".join(
        [
            _searched(trace, stages),
            _passages(stages),
            _sentences(stages),
            _confidence(trace.confidence, threshold, features, has_quote=has_quote),
        ]
    )


def _searched(trace: Trace, stages: StageTrace) -> str:
    lines = [f"Searched: {visible(trace.query.text)}"]
    if stages.searched_also:
        lines.append("Searched also: " + ", ".join(visible(word) for word in stages.searched_also))
    if stages.unknown_words:
        lines.append("Words that no document holds: " + ", ".join(visible(word) for word in stages.unknown_words))
    lines.append(f"Wanted kind of answer: {trace.query.answer_type.value}")
    return "\n".join(lines)


def _passages(stages: StageTrace) -> str:
    rows = [_passage_cells(passage) for passage in stages.passages]
    title = f"Passages: {stages.n_passages} read, the first {len(rows)} after reading"
    return _table(title, ("read", "fused", "BM25", "dense", "bm25 score", "cosine", "passage"), rows)


def _passage_cells(passage: PassageTrace) -> tuple[str, ...]:
    ranks = (passage.final_rank, passage.fused_rank, passage.lexical_rank, passage.dense_rank)
    place = _place(passage.document, passage.span)
    where = f"{visible(' › '.join(passage.section))} ({place})" if passage.section else place
    return (*("-" if r is None else str(r) for r in ranks), f"{passage.bm25:.2f}", f"{passage.similarity:.3f}", where)


def _sentences(stages: StageTrace) -> str:
    rows = [_sentence_cells(sentence) for sentence in stages.sentences]
    title = f"Sentences: {stages.n_sentences} weighed, the first {len(rows)}"
    return _table(title, ("rank", "score", "sentence"), rows)


def _sentence_cells(sentence: SentenceTrace) -> tuple[str, ...]:
    text = visible(sentence.text)
    short = text if len(text) <= _MAX_CHARS else f"{text[: _MAX_CHARS - 1]}…"
    return str(sentence.rank), f"{sentence.score:.2f}", f"{short} ({_place(sentence.document, sentence.span)})"


def _confidence(confidence: float, threshold: float, features: Mapping[str, float], *, has_quote: bool) -> str:
    if not has_quote:
        return f"Confidence: 0.000 (nothing could be quoted), threshold {threshold:.3f}: refused"
    decision = "answered" if confidence >= threshold else "refused"
    rows = [(name, f"{value:.3f}") for name, value in features.items()]
    title = f"Confidence: {confidence:.3f}, threshold {threshold:.3f}: {decision}, from"
    return _table(title, ("feature", "value"), rows)


def _table(title: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their cells, numbers to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(names, *rows, strict=True)]
    lines = [
        "  " + "  ".join(_cell(cell, width, i, names) for i, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in (names, *rows)
    ]
    return "\n".join([title, *(line.rstrip() for line in lines)])


def _cell(cell: str, width: int, position: int, names: Sequence[str]) -> str:
    is_text = names[position] in ("passage", "sentence", "feature")
    return cell.ljust(width) if is_text else cell.rjust(width)


def _place(document: str, span: Span) -> str:
    return f"{visible(document)} {span.start}-{span.end}"
