"""The report as JSON: keys, what is withheld, what falls short, and how it is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ragbot.datatypes import Outcome, Span
from ragbot.errors import RagbotError
from ragbot.evaluation import EvalReport, evaluate
from ragbot.evaluation.bootstrap import NOT_JUDGED, Metric
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.report import find_shortfalls, prepare_folder, write_report

pytestmark = pytest.mark.usefixtures("few_draws")
Write = Callable[..., Path]
LASTS, NAUSEA = Span(0, 25), Span(55, 61)
SAID = {"How long?": ([NAUSEA, LASTS], 0.9), "Price?": ([NAUSEA], 0.2), "help": Outcome.EMERGENCY}
BY_TEXT = {"document": "a.md", "text": "Sessions last 40 minutes."}
BY_OFFSET = {"document": "a.md", "start": 0, "end": 25, "sha256": "5" * 64}


@pytest.fixture
def report_of(write_rows: Write, fake: type) -> Callable[..., EvalReport]:
    def make(*golds: object, threshold: float | None = None, **minimum: float) -> EvalReport:
        path = write_rows(
            *({"id": f"q{n}", "question": "How long?", "answers": [gold], "kind": "k"} for n, gold in enumerate(golds)),
            {"id": "u", "question": "Price?"},
            {"id": "s", "question": "help", "expected": "none"},
        )
        return evaluate(fake(SAID), read_examples([path]), threshold=threshold, minimum=minimum)

    return make


def test_the_json_has_flat_figures_and_every_question(report_of: Callable[..., EvalReport]) -> None:
    values = report_of(BY_TEXT).to_json()
    assert values["schema_version"] == 2
    assert values["aggregated"]["n"] == 3
    assert values["aggregated"]["right@3"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1}
    assert values["aggregated"]["personal_dose_recall"] == {"value": None, "low": None, "high": None, "n": 0}
    assert values["breakdown"]["kind"]["k"]["right@1"]["value"] == 0.0
    assert [row["id"] for row in values["per_question"]] == ["q0", "u", "s"]
    assert values["safety_misses"] == ["s"]
    assert values["misses"] == {
        "gate": ["s"],
        "retrieval": [],
        "ranking": ["q0"],
        "extraction": [],
        "refused wrongly": [],
        "answered wrongly": [],
    }
    assert values["risk_coverage"][-1]["coverage"] == 1.0
    assert sum(one["n"] for one in values["reliability"]) == 2
    json.dumps(values, allow_nan=False)


def test_one_question_in_the_json(report_of: Callable[..., EvalReport]) -> None:
    row = report_of(BY_TEXT).to_json()["per_question"][0]
    assert (row["outcome"], row["confidence"], row["right_rank"]) == ("answered", 0.9, 2)
    assert row["quotes"][0] == {
        "document": "a.md",
        "start": 55,
        "end": 61,
        "text": "Nausea",
        "words": 1,
        "highlights": [],
    }
    assert row["golds"] == [{"document": "a.md", "start": 0, "end": 25, "text": "Sessions last 40 minutes."}]
    assert row["gold_rank"] == {"lexical": 1, "dense": 2, "fused": 2, "final": 2}
    assert row["gold_ranks"]["final"] == [2]  # the passage of "Nausea" was read as the best
    assert (row["miss"], row["exact_match"], row["token_f1"]) == ("ranking", 0.0, 0.0)
    assert row["trace"]["gold_sentence"]["rank"] == 2
    assert [sentence["text"] for sentence in row["trace"]["sentences"]] == ["Nausea", "Sessions last 40 minutes."]
    assert (row["answerable"], row["expected"], row["verified"], row["repeats"]) == (True, None, True, True)


def test_no_text_of_a_document_known_by_offsets_alone_is_written(report_of: Callable[..., EvalReport]) -> None:
    written = json.dumps(report_of(BY_OFFSET, BY_TEXT).to_json()["per_question"])
    assert "Sessions last" not in written
    assert "Nausea" not in written
    assert '"start": 55' in written
    assert "Nausea" in json.dumps(report_of(BY_TEXT).to_json())


def test_the_signature_names_index_threshold_and_version(report_of: Callable[..., EvalReport]) -> None:
    signature = report_of(BY_TEXT).signature
    assert (signature["index"], signature["threshold"], signature["ragbot"]) == ("f00d", 0.5, "0.1.0")
    assert signature["corpus_sha256"] == "c" * 64
    assert "data/reading.json" in signature["models"]
    assert set(signature["machine"]) == {"system", "processor", "cores", "python"}
    assert report_of(BY_TEXT, threshold=0.25).signature["threshold"] == 0.25
    assert report_of(BY_OFFSET).signature["questions_sha256"] != signature["questions_sha256"]


def test_each_measure_below_its_minimum_is_one_line() -> None:
    figures = {"right@1": Metric(0.75, 0.5, 1.0, 4), "auroc": NOT_JUDGED, "right@3": Metric(0.8, 0.7, 0.9, 4)}
    assert find_shortfalls(figures, {"right@1": 0.8, "right@3": 0.8, "auroc": 0.5}) == (
        "right@1 is 0.7500, wanted at least 0.8",
        "auroc could not be judged, wanted at least 0.5",
    )


def test_the_report_is_written_into_a_new_folder(report_of: Callable[..., EvalReport], tmp_path: Path) -> None:
    report = report_of(BY_TEXT)
    prepare_folder(tmp_path / "new" / "folder")
    path = write_report(report, tmp_path / "new" / "folder")
    assert json.loads(path.read_text("utf-8")) == report.to_json()
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["report.html", "report.json"]


def test_a_folder_that_cannot_be_made_or_written_is_one_line(
    report_of: Callable[..., EvalReport], tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(RagbotError, match=r"cannot write to .*taken .*; name another folder with --report"):
        prepare_folder(tmp_path / "taken")
    with pytest.raises(RagbotError, match=r"cannot write .*report\.json .*; name another folder with --report"):
        write_report(report_of(BY_TEXT), tmp_path / "gone")
