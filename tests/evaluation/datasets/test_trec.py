"""BEIR folders and TREC qrels: which documents are relevant, and what each broken line is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ragbot.errors import DatasetError
from ragbot.evaluation.dataset import Example, read_examples
from ragbot.evaluation.datasets.beir import beir_documents

CORPUS = [
    {"_id": "d1", "title": "Sessions", "text": "They last an hour."},
    {"_id": "d/2", "title": "", "text": "Nausea may follow."},
    {"_id": "d3", "title": "Sessions", "text": "They last an hour."},
]
QUERIES = [{"_id": "q1", "text": "how long"}, {"_id": "q2", "text": "sick after"}]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td/2\t0\nq2\td/2\t1\nq2\td3\t1\nq1\tgone\t1\n"


def lines(rows: list[dict[str, str]]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


@pytest.fixture
def beir(tmp_path: Path) -> Callable[..., Path]:
    def written(**qrels: str) -> Path:
        folder = tmp_path / "tiny"
        (folder / "qrels").mkdir(parents=True)
        (folder / "corpus.jsonl").write_text(lines(CORPUS), "utf-8")
        (folder / "queries.jsonl").write_text(lines(QUERIES), "utf-8")
        for split, text in (qrels or {"test": QRELS}).items():
            (folder / "qrels" / f"{split}.tsv").write_text(text, "utf-8")
        return folder

    return written


def relevant(example: Example) -> dict[str, int | None]:
    return {gold.document: gold.relevance for gold in example.golds}


def test_a_beir_folder_gives_each_query_its_relevant_documents_with_their_grades(beir: Callable[..., Path]) -> None:
    one, two = read_examples([beir()])
    assert (one.example_id, one.question, one.is_ranking_only) == ("q1", "how long", True)
    # d/2 has grade 0 for q1; d3 is word for word d1, which ingestion keeps once, under the first name
    assert relevant(one) == {"tiny/d1.txt": 2, "tiny/gone.txt": 1}
    assert relevant(two) == {"tiny/d%2F2.txt": 1, "tiny/d1.txt": 1}


def test_documents_hold_their_title_above_their_text(beir: Callable[..., Path]) -> None:
    first, second, _ = beir_documents(beir())
    assert (first.name, first.text) == ("tiny/d1.txt", "Sessions\n\nThey last an hour.")
    assert (second.name, second.text) == ("tiny/d%2F2.txt", "Nausea may follow.")


def test_one_file_of_judgements_has_no_split_and_several_are_splits(beir: Callable[..., Path]) -> None:
    folder = beir(dev="q1\td1\t1\n", test="q2\td1\t1\n")
    assert [example.example_id for example in read_examples([folder])] == ["q1"]
    assert [example.example_id for example in read_examples([folder], split="test")] == ["q2"]
    (folder / "qrels" / "dev.tsv").unlink()
    assert [example.example_id for example in read_examples([folder])] == ["q2"]


def test_a_folder_that_lacks_a_part_says_which(beir: Callable[..., Path]) -> None:
    folder = beir()
    (folder / "queries.jsonl").unlink()
    with pytest.raises(DatasetError, match=r"tiny is no BEIR folder \(queries\.jsonl is missing\)"):
        read_examples([folder])


@pytest.mark.parametrize("queries", ["q1\thow long\nq2\tsick after\n", lines(QUERIES)])
@pytest.mark.parametrize("first", ["qrels", "queries"])
def test_trec_qrels_are_read_with_their_queries_in_either_order(tmp_path: Path, queries: str, first: str) -> None:
    (tmp_path / "queries").write_text(queries, "utf-8")
    (tmp_path / "qrels").write_text("q1 0 a.md 1\nq1 0 b.md 3\nq2 Q0 a.md 0\n", "utf-8")
    files = [tmp_path / "qrels", tmp_path / "queries"]
    (example,) = read_examples(files if first == "qrels" else files[::-1])  # q2 has no relevant document
    assert (example.question, relevant(example)) == ("how long", {"a.md": 1, "b.md": 3})


@pytest.mark.parametrize(
    ("qrels", "says"),
    [
        ("q1 0 a.md 1\n\n9 9\n", ":3: row: 2 columns"),
        ("q1 0 a.md 1\nq1 0 a.md 0.5\n", ":2: relevance (column 4): '0.5' is no whole number"),
        ("q1 0 a.md 1\nq1 0 a.md high\n", ":2: relevance (column 4): 'high' is no whole number"),
        ("q1 0 a.md 1\nq9 0 a.md 1\n", ":2: query: 'q9' is not among the queries"),
    ],
)
def test_a_broken_judgement_is_named_by_file_line_and_column(tmp_path: Path, qrels: str, says: str) -> None:
    path, queries = tmp_path / "qrels.txt", tmp_path / "queries.tsv"
    path.write_text(qrels, "utf-8")
    queries.write_text("q1\thow long\n", "utf-8")
    with pytest.raises(DatasetError) as caught:
        read_examples([queries, path])
    assert str(caught.value).startswith(f"{path}{says}")


def test_judgements_and_queries_need_each_other(tmp_path: Path) -> None:
    (tmp_path / "queries.tsv").write_text("q1\thow long\n", "utf-8")
    (tmp_path / "qrels.txt").write_text("q1 0 a.md 1\n", "utf-8")
    with pytest.raises(DatasetError, match=r"queries\.tsv holds queries alone; name their judgements"):
        read_examples([tmp_path / "queries.tsv"])
    with pytest.raises(DatasetError, match=r"qrels\.txt holds judgements alone; name the file of their queries"):
        read_examples([tmp_path / "qrels.txt"])


def test_a_broken_query_or_document_is_named_by_file_and_line(beir: Callable[..., Path]) -> None:
    folder = beir()
    (folder / "queries.jsonl").write_text('{"_id": "q1"}\n', "utf-8")
    with pytest.raises(DatasetError, match=r"queries\.jsonl:1: text: missing; add it"):
        read_examples([folder])
    (folder / "queries.jsonl").write_text(lines(QUERIES), "utf-8")
    (folder / "corpus.jsonl").write_text('\n{"_id": "d1", "title": "x"}\n', "utf-8")
    with pytest.raises(DatasetError, match=r"corpus\.jsonl:2: text: missing"):
        read_examples([folder])
