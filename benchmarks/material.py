"""What every system is given: folders of the same files, and test questions with the places of their answers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkError
from ragbot.datatypes import Document
from ragbot.evaluation.dataset import Example, read_examples
from ragbot.evaluation.golds import Gold, resolve_golds
from ragbot.loaders import find_files, load_document


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder of documents that is taken in; `n_bytes` is the size of its files."""

    name: str
    folder: Path
    n_files: int
    n_bytes: int

    @classmethod
    def at(cls, name: str, folder: Path) -> Corpus:
        """The files that are in `folder` now."""
        sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
        return cls(name, folder, len(sizes), sum(sizes))


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions, the golds of each, and the documents they count in."""

    texts: tuple[str, ...]
    golds: tuple[tuple[Gold, ...], ...]
    documents: dict[str, Document]


def copy_corpus(source: Path, folder: Path) -> Corpus:
    """The documents of `source`, and nothing that ragbot would not take for one, copied into `folder`."""
    for file in find_files([source]):
        target = folder / file.doc_id
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, target)
    return Corpus.at("corpus", folder)


def write_medquad(file: Path, folder: Path, *, documents: int) -> Corpus:
    """The first `documents` distinct answers of a MedQuAD file, each a text file in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        lines = file.read_text("utf-8").split("\n")
        answers = dict.fromkeys(json.loads(line)["answer"] for line in lines if line.strip())
    except (OSError, ValueError, KeyError) as error:
        raise BenchmarkError(f"{file} is no MedQuAD file ({error}); name one with JSON rows with `answer`") from error
    for number, answer in enumerate([text for text in answers if text.strip()][:documents]):
        (folder / f"{number:05}.txt").write_text(answer, "utf-8")
    return Corpus.at("medquad", folder)


def held_questions(file: Path, corpus: Corpus, *, most: int | None = None) -> Questions:
    """The test questions that `corpus` answers, without follow-ups (the others keep no conversation).

    Not those of the dev split: ragbot is trained on them.

    At most `most`, evenly spaced. Raises DatasetError if an answer does not stand in the corpus.
    """
    chosen = evenly_spaced([e for e in read_examples([file], split="test") if _is_asked(e)], most)
    if not chosen:
        raise BenchmarkError(f"no answerable test question in {file}; name another file with --questions")
    names = {gold.document for example in chosen for gold in example.golds}
    documents = {
        found.doc_id: load_document(found.path, found.doc_id)
        for found in find_files([corpus.folder])
        if found.doc_id in names
    }
    golds = resolve_golds(chosen, documents.__getitem__)
    return Questions(tuple(example.question for example in chosen), tuple(golds), documents)


def evenly_spaced(examples: Sequence[Example], most: int | None) -> list[Example]:
    """At most `most` of the examples, spread evenly over them; all if `most` is None."""
    count = len(examples) if most is None else min(most, len(examples))
    return [examples[number * len(examples) // count] for number in range(count)]


def _is_asked(example: Example) -> bool:
    return example.is_answerable and not example.is_safety and len(example.turns) == 1
