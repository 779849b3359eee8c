"""Our own questions (train/reader/questions.jsonl): ids and offsets, put together with the texts of MedQuAD."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ragbot.errors import DatasetError
from reader_data.rows import Row, SourceRows, read_json_lines


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of MedQuAD and the illness or medicine it is about."""

    focus: str
    text: str


Answers = Mapping[tuple[str, str], Sequence[Answer]]


def read_own(path: Path, answers: Answers) -> SourceRows:
    """Rows of a file of own questions over `answers`. Raises DatasetError."""
    rows = []
    for line, values in read_json_lines(path):
        try:
            key = str(values["collection"]), str(values["passage"])
            spans = [(int(start), int(end)) for start, end in values["sentences"]]
            right = tuple(sorted(int(number) for number in values["right"]))
            question = str(values["question"])
        except (KeyError, TypeError, ValueError) as error:
            raise DatasetError(f"{path}:{line}: no question of ours ({error!r}); mend or delete this line") from error
        answer = answer_of(spans, answers.get(key, ()))
        if answer is None or any(number not in range(len(spans)) for number in right):
            raise DatasetError(
                f"{path}:{line}: no such sentences in {' '.join(key)}; name the medquad.jsonl it counts in"
            )
        sentences = tuple(" ".join(answer.text[start:end].split()) for start, end in spans)
        rows.append(Row(question, sentences, right, prefix=answer.focus, source="own"))
    return SourceRows(tuple(rows))


def read_answers(path: Path) -> dict[tuple[str, str], list[Answer]]:
    """Answers of a MedQuAD file by collection and id, which a few answers share. Raises DatasetError."""
    answers: dict[tuple[str, str], list[Answer]] = {}
    for line, values in read_json_lines(path):
        try:
            key = values["collection"], values["qid"]
            answers.setdefault(key, []).append(Answer(values["focus"].strip(), values["answer"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise DatasetError(f"{path}:{line}: no row of MedQuAD ({error!r}); mend or delete this line") from error
    return answers


def answer_of(spans: Sequence[tuple[int, int]], answers: Sequence[Answer]) -> Answer | None:
    """Of answers that share an id, the one in which every span is whole words."""
    fitting = [answer for answer in answers if all(is_whole(answer.text, *span) for span in spans)]
    return fitting[0] if fitting else None


def is_whole(text: str, start: int, end: int) -> bool:
    """True if `text[start:end]` begins and ends with a letter or mark and cuts no word.

    >>> [is_whole("It helps. Rest.", *span) for span in ((0, 9), (0, 10), (1, 9), (10, 14), (10, 16))]
    [True, False, False, True, False]
    """
    if not 0 <= start < end <= len(text) or text[start].isspace() or text[end - 1].isspace():
        return False
    cuts_before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    cuts_after = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return not cuts_before and not cuts_after
