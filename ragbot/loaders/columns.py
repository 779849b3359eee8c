"""Whether the first row of a table without markup names its columns. Only with evidence: without it, it is data.

A row of data taken for names would stand before each value below ("Alcohol: Driving"); names taken for data only stand
as a row of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from ragbot.loaders.layout import squeezed

_QUESTION = re.compile(
    r"(?:faq\W*)?(?:questions?|frage|fragen|q(?=\W*\Z)|pregunta|domanda|vraag|fråga|spørgsmål|spørsmål|pytanie|pergunta|prompt)\b"
)
_ANSWER = re.compile(
    r"(?:faq\W*)?(?:answers?|antwort|antworten|a(?=\W*\Z)|réponse|respuesta|risposta|antwoord|svar|odpowiedź|resposta|response)\b"
)
_NAMES = frozenset(
    [
        "no",
        "nr",
        "id",
        "number",
        "code",
        "name",
        "drug",
        "drugs",
        "medicine",
        "medicines",
        "medication",
        "medications",
        "substance",
        "ingredient",
        "product",
        "brand",
        "form",
        "formulation",
        "strength",
        "dose",
        "doses",
        "dosage",
        "dosing",
        "amount",
        "unit",
        "units",
        "route",
        "onset",
        "duration",
        "interval",
        "frequency",
        "schedule",
        "time",
        "date",
        "day",
        "week",
        "month",
        "year",
        "age",
        "weight",
        "sex",
        "gender",
        "patient",
        "group",
        "arm",
        "term",
        "terms",
        "meaning",
        "definition",
        "abbreviation",
        "description",
        "details",
        "topic",
        "subject",
        "category",
        "class",
        "type",
        "kind",
        "title",
        "text",
        "content",
        "source",
        "sources",
        "reference",
        "references",
        "author",
        "url",
        "link",
        "language",
        "note",
        "notes",
        "comment",
        "comments",
        "remark",
        "remarks",
        "effect",
        "effects",
        "symptom",
        "symptoms",
        "sign",
        "signs",
        "reaction",
        "reactions",
        "risk",
        "severity",
        "grade",
        "advice",
        "recommendation",
        "recommendations",
        "action",
        "instruction",
        "instructions",
        "warning",
        "warnings",
        "contraindication",
        "contraindications",
        "interaction",
        "interactions",
        "indication",
        "indications",
        "condition",
        "disease",
        "diagnosis",
        "treatment",
        "therapy",
        "test",
        "result",
        "results",
        "value",
        "range",
        "mean",
        "min",
        "max",
        "total",
        "count",
        "percent",
        "percentage",
        "rate",
        "score",
        "price",
        "cost",
        "phone",
        "telephone",
        "email",
        "address",
        "status",
        "reason",
        "purpose",
        "example",
        "nummer",
        "arzneimittel",
        "medikament",
        "wirkstoff",
        "substanz",
        "dosis",
        "dosierung",
        "menge",
        "einheit",
        "darreichungsform",
        "wirkeintritt",
        "dauer",
        "wirkdauer",
        "häufigkeit",
        "datum",
        "tag",
        "woche",
        "jahr",
        "alter",
        "gewicht",
        "begriff",
        "bedeutung",
        "abkürzung",
        "beschreibung",
        "thema",
        "kategorie",
        "art",
        "titel",
        "quelle",
        "hinweis",
        "hinweise",
        "bemerkung",
        "bemerkungen",
        "nebenwirkung",
        "nebenwirkungen",
        "wirkung",
        "wirkungen",
        "wert",
        "preis",
    ]
)
_MISSING = frozenset(
    [
        "n/a",
        "na",
        "n.a.",
        "none",
        "nil",
        "unknown",
        "unclear",
        "unlimited",
        "varies",
        "variable",
        "k.a.",
        "keine",
        "unbekannt",
    ]
)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")
_IN_BRACKETS = re.compile(r"\s*[(\[].*?[)\]]")
_NUMBER = re.compile(r"[<>~≈≤≥±+−-]?\s*\d[\d.,:/–-]*\s*%?")
_QUANTITY = re.compile(rf"{_NUMBER.pattern}(?:\s*\S+){{0,3}}")
_MAX_CHARS = 60  # of a name
_MAX_WORDS = 4  # of a name that is known by one of its words
_MAX_SHORT = 2  # words of a name that is known only by being short
_LONG_CELL = 6  # words; cells all of this length or longer are text
_MIN_ROWS = 3  # that bear out what no known name says


def names_columns(rows: Sequence[Sequence[str]]) -> bool:
    """True if the first of several rows only names the columns: known names, words above numbers, or a word above text.

    >>> names_columns([["Drug", "Dose"], ["ketamine", "0.5 mg/kg"]])
    True
    >>> names_columns([["Alcohol", "Avoid for 24 hours"], ["Driving", "Allowed next day"]])
    False
    """
    first, body = [squeezed(cell) for cell in rows[0]] if rows else [], rows[1:]
    names = [cell for cell in first if cell]
    if not body or len(names) < 2 or len(set(names)) < len(names) or not all(map(_may_name, names)):
        return False
    if question_and_answer(first):
        return True
    n_known = sum(map(_is_known, names))
    columns = [_column(body, number) for number, cell in enumerate(first) if cell]
    return (
        2 * n_known > len(names)
        or any(_are_all(_NUMBER, cells, least=_MIN_ROWS) for cells in columns)
        or (n_known > 0 and any(_are_all(_QUANTITY, cells, least=1) for cells in columns))
        or (len(names) > 2 and max(len(name.split()) for name in names) <= _MAX_SHORT and any(map(_is_text, columns)))
    )


def question_and_answer(header: Sequence[str]) -> tuple[int, int] | None:
    """The columns of questions and of answers, if the header names both."""
    names = [squeezed(name).lower() for name in header]
    asks = next((column for column, name in enumerate(names) if _QUESTION.match(name)), None)
    answers = next((column for column, name in enumerate(names) if _ANSWER.match(name)), None)
    short = all(len(names[column].split()) <= _MAX_WORDS for column in (asks, answers) if column is not None)
    return (asks, answers) if asks is not None and answers is not None and short else None


def _may_name(cell: str) -> bool:
    worded = any(c.isalpha() for c in cell) and not cell[0].isdigit()
    return worded and cell.lower() not in _MISSING and len(cell) <= _MAX_CHARS and not _SENTENCE_END.search(cell)


def _is_known(cell: str) -> bool:
    """True for a name that begins or ends with a known one: "Dose (mg)", "Maximum dose", "Time to onset"."""
    words = re.findall(r"\w+", _IN_BRACKETS.sub("", cell).lower())
    return 0 < len(words) <= _MAX_WORDS and not _NAMES.isdisjoint((words[0], words[-1]))


def _column(body: Sequence[Sequence[str]], number: int) -> list[str]:
    return [cell for row in body if number < len(row) and (cell := squeezed(row[number]))]


def _are_all(pattern: re.Pattern[str], cells: Sequence[str], *, least: int) -> bool:
    return len(cells) >= least and all(len(cell) <= _MAX_CHARS and pattern.fullmatch(cell) for cell in cells)


def _is_text(cells: Sequence[str]) -> bool:
    lengths = [len(cell.split()) for cell in cells]
    return len(lengths) >= _MIN_ROWS and min(lengths) >= _LONG_CELL and median(lengths) > _LONG_CELL
