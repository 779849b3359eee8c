"""The documents that a benchmark brings become an index, and its golds stand where the index has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ragbot.encoding import Encoder
from ragbot.errors import DatasetError
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.datasets.contexts import own_index
from ragbot.evaluation.datasets.names import document_name
from ragbot.evaluation.golds import resolve_golds
from ragbot.evaluation.measures import relevant_ranks
from ragbot.store import Index

DRIP = "The drip runs for forty minutes. Nurses watch the pressure of everyone.\r\nMost people rest for an hour."
COST = "The price differs from town to town and is often higher than people think."


def write_squad(path: Path) -> Path:
    def asked(number: int, text: str, context: str) -> dict[str, object]:
        answers = [{"text": text, "answer_start": context.index(text)}]
        return {"id": f"q{number}", "question": "What?", "answers": answers}

    articles = [
        {
            "title": "LICENSE",  # no document would have this name
            "paragraphs": [
                {"context": DRIP, "qas": [asked(1, "forty minutes", DRIP), asked(2, "an hour", DRIP)]},
                {"context": COST, "qas": [asked(3, "from town to town", COST)]},
            ],
        },
        {"title": "_Naïve/..", "paragraphs": [{"context": f"{COST} {DRIP}", "qas": [asked(4, "price", COST)]}]},
    ]
    path.write_text(json.dumps({"data": articles}), "utf-8")
    return path


def test_squad_golds_stand_in_the_index_of_its_contexts(tmp_path: Path, fake_encoder: Encoder) -> None:
    path = write_squad(tmp_path / "dev.json")
    examples = read_examples([path])
    with own_index([path], encoder=fake_encoder) as folder:
        assert folder is not None
        index = Index(folder)
        rows = resolve_golds(examples, index.document)
        texts = {index.document(gold.document).title for row in rows for gold in row}
    assert folder.exists() is False
    stated = [[(gold.text, gold.stated) for gold in row] for row in rows]
    assert stated[0] == [("The drip runs for forty minutes.", "forty minutes")]
    assert stated[1] == [("Most people rest for an hour.", "an hour")]
    assert stated[2] == [(COST, "from town to town")]
    assert stated[3] == [(COST, "price")]
    assert len(texts) == 2


def test_beir_documents_are_ranked_by_their_names(tmp_path: Path, fake_encoder: Encoder) -> None:
    folder = tmp_path / "tiny"
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": "d1", "title": "Sessions", "text": DRIP}, {"_id": ".d2", "title": "Cost", "text": COST}]
    (folder / "corpus.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "price"}\n', "utf-8")
    (folder / "qrels" / "test.tsv").write_text("q1\t.d2\t1\nq1\tlost\t1\n", "utf-8")
    examples = read_examples([folder])
    with own_index([folder], encoder=fake_encoder) as built:
        assert built is not None
        index = Index(built)
        assert index.doc_ids == ["tiny/%2Ed2.txt", "tiny/d1.txt"]
        (golds,) = resolve_golds(examples, index.document)
        chunks = [index.chunk(number) for number in range(index.manifest.n_chunks)]
    own = [rank for rank, chunk in enumerate(chunks, start=1) if chunk.doc_id == "tiny/%2Ed2.txt"]
    assert own
    before = {chunk.doc_id for chunk in chunks[: own[0]]}
    assert relevant_ranks(chunks, golds) == (len(before),)


def test_files_that_bring_no_documents_need_an_index_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": "x"}\n', "utf-8")
    with own_index([path]) as folder:
        assert folder is None
    both = [write_squad(tmp_path / "dev.json"), path]
    with (
        pytest.raises(DatasetError, match=r"dev\.json brings its own documents and .*q\.jsonl does not"),
        own_index(both),
    ):
        pass


@pytest.mark.parametrize(
    "doc_id", ["..", "", "README", "LICENSE.old", "a/../../b", "x" * 400, "\ud800", "a\nb", "C:\\x"]
)
def test_no_id_leads_out_of_the_folder_or_to_a_file_that_is_never_a_document(doc_id: str) -> None:
    folder, _, name = document_name(Path("set.json"), doc_id).partition("/")
    assert folder == "set"
    assert "/" not in name
    assert "\\" not in name
    assert name[0] not in "._"
    assert not name.startswith("LICENSE")
    assert len(name.encode("utf-8")) <= 160
