"""Our own small collections (train/subjects): documents with numbered sentences, and questions on all of them.

`python scripts/subject_corpus.py` makes of them a folder to ingest and a question file; nothing is read from elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from ragbot.errors import DatasetError

STYLES = frozenset({"lay", "typos", "keyword", "long", "plain", "near"})
_QUESTIONS = "# QUESTIONS"
_NUMBERED = re.compile(r"(\d+) (\S.*)")
_MEASURED_ON = re.compile(r"(es)?ketamine|spravato|ketalar", re.IGNORECASE)  # what ragbot is tried on; never trained on


@dataclass(slots=True)
class Section:
    """A heading and the sentences below it, by number."""

    heading: str
    sentences: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Document:
    """One document of a subject: `kind` says what it might be (a leaflet, a news article)."""

    kind: str
    title: str
    sections: list[Section] = field(default_factory=list)

    def markdown(self) -> str:
        """The document as ragbot ingests it, each section one paragraph."""
        parts = [f"---\ntitle: {_quoted(self.title)}\nkind: {_quoted(self.kind)}\n---\n", f"# {self.title}\n"]
        parts += [f"## {section.heading}\n\n{' '.join(section.sentences.values())}\n" for section in self.sections]
        return "\n".join(parts)


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the numbers of the sentences that answer it, best first; none for a near miss."""

    style: str
    right: tuple[int, ...]
    text: str


@dataclass(slots=True)
class Subject:
    """Documents that speak of the same treatment from different angles, and questions on them."""

    name: str
    documents: list[Document] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def places(self) -> dict[int, tuple[int, str]]:
        """For each sentence the number of its document, and its text."""
        return {
            number: (place, text)
            for place, document in enumerate(self.documents)
            for section in document.sections
            for number, text in section.sentences.items()
        }


def read_subject(path: Path) -> Subject:
    """The subject in a file of `train/subjects`; its README shows the form. Raises DatasetError, naming the line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: cannot be read as UTF-8; name a file of train/subjects") from error
    subject, asking, n_sentences = Subject(path.stem), False, 0
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line:
            continue
        if _MEASURED_ON.search(line):
            raise DatasetError(f"{path}:{number}: speaks of ketamine, on which ragbot is measured; leave it out")
        try:
            if asking:
                subject.questions.append(_question(line, n_sentences))
            elif line == _QUESTIONS:
                asking = True
            else:
                n_sentences += _take(line, subject.documents, n_sentences)
        except ValueError as error:
            raise DatasetError(f"{path}:{number}: {error}") from error
    if not subject.questions:
        raise DatasetError(f"{path}: no question; add some below the line {_QUESTIONS!r}")
    return subject


def _take(line: str, documents: list[Document], n_sentences: int) -> int:
    """Add a line to the last document; 1 if it is a sentence. Raises ValueError."""
    if line.startswith("## "):
        if not documents:
            raise ValueError("a section before any document; begin with '# kind: title'")
        documents[-1].sections.append(Section(line.removeprefix("## ").strip()))
        return 0
    if line.startswith("# "):
        kind, _, title = line.removeprefix("# ").partition(":")
        if not title.strip():
            raise ValueError("a document needs '# kind: title'")
        documents.append(Document(kind.strip(), title.strip()))
        return 0
    found = _NUMBERED.fullmatch(line)
    if not found or int(found[1]) != n_sentences + 1:
        raise ValueError(f"not sentence {n_sentences + 1}: {line[:40]!r}")
    if not documents or not documents[-1].sections:
        raise ValueError("a sentence before any section; begin with '## heading'")
    documents[-1].sections[-1].sentences[n_sentences + 1] = found[2]
    return 1


def _question(line: str, n_sentences: int) -> Question:
    """The question of a line `style|numbers|text`. Raises ValueError."""
    style, numbers, text = (part.strip() for part in [*line.split("|", 2), "", ""][:3])
    if style not in STYLES or not text:
        raise ValueError(f"no question: {line[:40]!r}; write 'style|numbers|text'")
    right = () if numbers == "-" else tuple(int(number) for number in numbers.split(","))
    if bool(right) == (style == "near") or not all(1 <= number <= n_sentences for number in right):
        raise ValueError(f"{numbers!r} are not numbers of the {n_sentences} sentences ('-' and 'near' for none)")
    return Question(style, tuple(dict.fromkeys(right)), text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
