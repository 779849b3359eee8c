"""Data files and folders to the rows of one run: recognises each file, takes its share, mines wrong windows."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from ragbot.encoding import Encoder
from ragbot.errors import DatasetError
from reader_data.medquad import read_medquad
from reader_data.multispan import read_multispan
from reader_data.negatives import mined
from reader_data.own import Answers, read_answers, read_own
from reader_data.rows import PoolWindow, Row, SourceRows, n_words, read_json, read_json_lines, read_rows, write_rows
from reader_data.snippets import read_snippets
from reader_data.squad import read_squad

MINED_SHARE = 0.3  # of the answerable questions get one mined window
# What a line of each kind of JSONL file holds at least; `rows` are ready-made ones, as scripts/dev_rows.py writes them.
_LINES = {"medquad": {"qtype", "answer"}, "own": {"hand", "right"}, "rows": {"question", "sentences", "right"}}
_FIRST_PERSON = re.compile(r"(I|My|We|So I|I'm|I've)\b")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How much of a file is taken: a `share` of its training rows, each `repeated`; the rest as the readers say."""

    share: float = 1.0
    repeated: int = 1
    own_text_only: bool = False
    held: int = 0
    none_repeated: int = 1
    has_stories: bool = False


# By file name; any other file is taken whole. Questions that share their words with the text teach little about how
# patients ask, so the large sets of that kind are thinned.
RECIPES = {
    "squad_train_part_exact.json": Recipe(),
    "squad_train_part_tokenised.json": Recipe(share=0.8),
    "squad2_dev_part.json": Recipe(held=4, none_repeated=2),
    "squadshifts_new_wiki.json": Recipe(share=0.7, held=3),
    "squadshifts_reddit.json": Recipe(share=0.3, own_text_only=True, has_stories=True),
    "squadshifts_amazon.json": Recipe(share=0.15, own_text_only=True),
    "policyqa_dev.json": Recipe(share=0.1, own_text_only=True),
    "policyqa_test.json": Recipe(share=0.1, own_text_only=True),
    "multispanqa_valid.json": Recipe(held=110),
    "medquad.jsonl": Recipe(share=0.3),
    "questions.jsonl": Recipe(),
}


@dataclass(frozen=True, slots=True)
class Mixture:
    """Rows to train on, rows that are held, and sentences of people's own stories for the noise."""

    train: tuple[Row, ...]
    held: tuple[Row, ...]
    stories: tuple[str, ...]


def mixture(data: Sequence[Path], encoder: Encoder, *, seed: int) -> Mixture:
    """All rows of the files and folders `data`, shuffled; the same for the same seed. Raises DatasetError."""
    kinds = {path: file_kind(path) for path in data_files(data)}
    answers: dict[Any, Any] = {}
    for path, kind in kinds.items():
        if kind == "medquad":
            answers |= read_answers(path)
    rows: list[Row] = []
    pool: list[PoolWindow] = []
    stories: list[str] = []
    for path, kind in kinds.items():
        recipe, random = RECIPES.get(path.name, Recipe()), Random(f"{seed} {path.name}")
        found = _read(path, kind, recipe, encoder, answers, random)
        kept = [row for row in found.rows if row.held or random.random() < recipe.share]
        print(f"{path}: {len(kept)} of {len(found.rows)} rows", file=sys.stderr, flush=True)
        rows += kept * recipe.repeated
        pool += found.pool
        stories += stories_of(found.rows) if recipe.has_stories else []
    random = Random(f"{seed} mined")
    rows += mined(rows, pool, encoder, random, share=MINED_SHARE)
    random.shuffle(rows)
    train = tuple(row for row in rows if not row.held)
    if not train:
        raise DatasetError(f"{', '.join(map(str, data))}: no row to train on; name further data")
    return Mixture(train, tuple(row for row in rows if row.held), tuple(dict.fromkeys(stories)))


def kept_mixture(data: Sequence[Path], encoder: Encoder, folder: Path, *, seed: int) -> Mixture:
    """The rows kept in `folder`, or those of `data`, then kept there: mining takes minutes and is done once a run."""
    if not folder.exists():
        part = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        made = mixture(data, encoder, seed=seed)
        write_rows(made.train, part / "train.jsonl")
        write_rows(made.held, part / "held.jsonl")
        (part / "stories.json").write_text(json.dumps(made.stories, indent=0), "utf-8")
        os.replace(part, folder)
    train, held = (tuple(read_rows(folder / f"{name}.jsonl")) for name in ("train", "held"))
    counts = Counter((row.source, bool(row.right)) for row in train)
    for (source, answerable), n in sorted(counts.items()):
        print(f"{source} {'answerable' if answerable else 'none'}: {n}", file=sys.stderr, flush=True)
    return Mixture(train, held, tuple(read_json(folder / "stories.json")))


def data_files(data: Iterable[Path]) -> list[Path]:
    """The files among `data` and the JSON and JSONL files in its folders, each once. Raises DatasetError."""
    files: list[Path] = []
    for path in data:
        if path.is_dir():
            files += sorted(file for file in path.rglob("*") if file.suffix in (".json", ".jsonl"))
        elif path.is_file():
            files.append(path)
        else:
            raise DatasetError(f"no such file or folder: {path}; name data files or folders")
    return list(dict.fromkeys(files))


def file_kind(path: Path) -> str:
    """Which reader a file is for: squad, snippets, multispan, medquad, own or rows. Raises DatasetError."""
    if path.suffix == ".jsonl":
        keys = set(read_json_lines(path)[0][1]) if path.stat().st_size else set()
        kind = next((kind for kind, needed in _LINES.items() if needed <= keys), "")
    else:
        values = read_json(path)
        data = values.get("data") if isinstance(values, dict) else None
        first = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}
        is_bioasq = "paragraphs" in first and str(values.get("version", "")).startswith("BioASQ")
        kind = (
            "snippets" if is_bioasq else "squad" if "paragraphs" in first else "multispan" if "label" in first else ""
        )
    if not kind:
        raise DatasetError(f"{path}: no data set that the reader knows; leave it out")
    return kind


def stories_of(rows: Iterable[Row]) -> list[str]:
    """Sentences of the rows' windows in which people tell of themselves.

    >>> stories_of([Row("", ("I have been off my bike since the winter.", "It is red.", "I am."), ())])
    ['I have been off my bike since the winter.']
    """
    sentences = (sentence for row in rows for sentence in row.sentences)
    told = (s for s in sentences if _FIRST_PERSON.match(s) and 6 <= n_words(s) <= 28 and not s.endswith("?"))
    return list(dict.fromkeys(told))


def _read(path: Path, kind: str, recipe: Recipe, encoder: Encoder, answers: Answers, random: Random) -> SourceRows:
    if kind == "own":
        if not answers:
            raise DatasetError(f"{path}: its passages are in medquad.jsonl; name that file too")
        return read_own(path, answers)
    if kind == "rows":
        return SourceRows(tuple(read_rows(path)))
    if kind == "medquad":
        return read_medquad(path, random)
    if kind == "multispan":
        return read_multispan(path, random, held_rows=recipe.held)
    if kind == "snippets":
        return read_snippets(path, random, encoder)
    return read_squad(
        path,
        random,
        own_text_only=recipe.own_text_only,
        held_articles=recipe.held,
        none_repeated=recipe.none_repeated,
    )
