"""Questions asked before the switch: what vanishes with a document is told, and a minimum keeps the old index."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ragbot.answering import Bot, load_models
from ragbot.datatypes import Outcome
from ragbot.encoding import Encoder
from ragbot.errors import DatasetError, RagbotError
from ragbot.evaluation.dataset import Example, GoldAnswer
from ragbot.evaluation.datasets.records import Place
from ragbot.ingestion import IngestReport, ingest
from ragbot.rebuilding import Change, Replay
from ragbot.store import current_generation

BuildIndex = Callable[[Mapping[str, str | bytes]], Path]
pytestmark = pytest.mark.usefixtures("light_models")

DRIVE, NAUSEA = "Can I drive home?", "Does nausea fade after the infusion?"
FILES = {
    "driving.md": "# Driving\n\nDo not drive home until the next day.\n",
    "nausea.md": "# Nausea\n\nNausea fades within two hours of the infusion.\n",
    "cost.md": "# Cost\n\nMost plans refuse to pay for it.\n",
}
DRIVE_TEXT, NAUSEA_TEXT = "Do not drive home until the next day.", "Nausea fades within two hours of the infusion."


def row(number: int, question: str, document: str = "", text: str = "") -> Example:
    golds = (GoldAnswer(document, text, None, None, None, "answers[0]"),) if document else ()
    return Example(f"q{number}", (question,), golds, Place("q.jsonl", number))


ROWS = [row(1, DRIVE, "driving.md", DRIVE_TEXT), row(2, NAUSEA, "nausea.md", NAUSEA_TEXT)]


@pytest.fixture
def index(build_index: BuildIndex) -> Path:
    return build_index(FILES)


@pytest.fixture
def corpus(index: Path) -> Path:
    return index.parent / "corpus"


@pytest.fixture
def rebuild(index: Path, fake_encoder: Encoder) -> Callable[..., IngestReport]:
    def run(replay: Replay, *, dry_run: bool = False) -> IngestReport:
        return ingest(index=index, encoder=fake_encoder, before_switch=replay, dry_run=dry_run)

    return run


def confidence(index: Path, question: str) -> float:
    return Bot(index, *load_models()).ask(question).confidence


def test_the_answer_of_a_deleted_document_vanishes_and_the_other_stays(
    index: Path, corpus: Path, rebuild: Callable[..., IngestReport]
) -> None:
    (corpus / "driving.md").unlink()
    trial = Replay(index, ROWS, load_models, threshold=0.0)
    rebuild(trial, dry_run=True)
    assert trial.diff
    (without,) = [one.new.confidence for one in trial.diff.changes if one.example.question == DRIVE]
    replay = Replay(index, ROWS, load_models, threshold=without + 0.001)  # what is left does not answer it
    assert rebuild(replay).removed == ("driving.md",)
    assert replay.diff
    assert replay.diff.n_questions == 2
    (lost,) = [one for one in replay.diff.changes if one.change is not Change.CONFIDENCE]
    assert (lost.change, lost.example.question) == (Change.VANISHED, DRIVE)
    assert lost.old.quotes[0].text == DRIVE_TEXT
    assert lost.new.outcome is Outcome.NO_ANSWER


def test_the_answer_of_a_new_document_appears(index: Path, corpus: Path, rebuild: Callable[..., IngestReport]) -> None:
    question = "Who pays for the taxi ride?"
    before = confidence(index, question)
    (corpus / "taxi.md").write_text("# The taxi ride\n\nThe clinic pays for the taxi ride.\n")
    replay = Replay(index, [row(1, question)], load_models, threshold=before + 0.001)
    rebuild(replay)
    assert replay.diff
    (one,) = replay.diff.changes
    assert (one.change, one.new.quotes[0].document) == (Change.APPEARED, "taxi.md")


def test_a_changed_sentence_and_a_renamed_document_change_answers(
    index: Path, corpus: Path, rebuild: Callable[..., IngestReport]
) -> None:
    (corpus / "driving.md").write_text("# Driving\n\nDo not drive home until after a restful sleep.\n")
    (corpus / "nausea.md").rename(corpus / "sick.md")
    replay = Replay(index, ROWS, load_models, threshold=0.0)
    rebuild(replay)
    assert replay.diff
    changes = [(c.change, c.old.quotes[0].document, c.new.quotes[0].document) for c in replay.diff.changes]
    assert changes == [(Change.CHANGED, "driving.md", "driving.md"), (Change.CHANGED, "nausea.md", "sick.md")]


def test_where_nothing_changed_nobody_is_asked(index: Path, rebuild: Callable[..., IngestReport]) -> None:
    def load() -> None:
        raise AssertionError("models were loaded")

    replay = Replay(index, ROWS, load)  # type: ignore[arg-type]
    assert rebuild(replay).is_unchanged
    assert (replay.diff, replay.not_compared) == (None, "nothing changed")


def test_a_first_build_has_nothing_to_compare_with(index: Path, corpus: Path, fake_encoder: Encoder) -> None:
    other = index.parent / "other"
    replay = Replay(other, ROWS, load_models)
    ingest([corpus], index=other, encoder=fake_encoder, before_switch=replay)
    assert (replay.diff, replay.not_compared) == (None, "there was no index before")


def test_an_index_of_another_encoder_is_not_compared(
    index: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other(type(load_models().encoder)):  # type: ignore[misc]
        name = "other@2"

    monkeypatch.setattr("ragbot.answering.MiniLmEncoder", lambda folder=None: Other())
    replay = Replay(index, ROWS, load_models)
    ingest(index=index, encoder=Other(), before_switch=replay)
    assert (replay.diff, replay.not_compared) == (
        None, "the index before is of another encoder or format, or damaged",
    )  # fmt: skip


def test_a_dry_run_compares_and_leaves_the_old_index(
    index: Path, corpus: Path, rebuild: Callable[..., IngestReport]
) -> None:
    before = current_generation(index)
    (corpus / "driving.md").unlink()
    replay = Replay(index, ROWS, load_models, threshold=0.0)
    assert not rebuild(replay, dry_run=True).switched
    assert replay.diff
    assert replay.diff.changes[0].example.question == DRIVE
    assert current_generation(index) == before
    assert confidence(index, DRIVE) > 0


def test_progress_counts_every_question_on_both_indexes(
    index: Path, corpus: Path, rebuild: Callable[..., IngestReport]
) -> None:
    said: list[tuple[str, int, int]] = []
    (corpus / "cost.md").unlink()
    rebuild(Replay(index, ROWS, load_models, progress=lambda *step: said.append(step)))
    assert said == [(stage, n, 2) for stage in ("asking new", "asking old") for n in (0, 1, 2)]


# --- minima ---


def test_a_minimum_that_is_reached_lets_the_new_index_in(
    index: Path, corpus: Path, rebuild: Callable[..., IngestReport]
) -> None:
    (corpus / "cost.md").unlink()
    assert rebuild(Replay(index, ROWS, load_models, threshold=0.0, minimum={"right@1": 1.0})).switched


def test_a_deleted_document_takes_its_questions_not_out_of_the_figure(
    index: Path, corpus: Path, rebuild: Callable[..., IngestReport]
) -> None:
    # of two questions one has lost its answer: right@1 is 1/2
    before = current_generation(index)
    (corpus / "driving.md").unlink()
    replay = Replay(index, ROWS, load_models, threshold=0.0, minimum={"right@1": 0.6, "right@3": 0.5})
    with pytest.raises(RagbotError) as error:
        rebuild(replay)
    assert str(error.value) == (
        "right@1 is 0.5000, wanted at least 0.6 (1 answers no longer in the documents); the old index stays"
    )
    assert current_generation(index) == before
    assert replay.diff is not None, "what changed is told even so"


def test_an_answer_left_in_another_document_is_still_the_answer(
    index: Path, corpus: Path, rebuild: Callable[..., IngestReport]
) -> None:
    two = GoldAnswer("cost.md", "Most plans refuse to pay for it.", None, None, None, "answers[0]")
    one = GoldAnswer("driving.md", DRIVE_TEXT, None, None, None, "answers[1]")
    both = Example("q1", ("Do most plans pay for it?",), (two, one), Place("q.jsonl", 1))
    (corpus / "driving.md").unlink()
    assert rebuild(Replay(index, [both], load_models, threshold=0.0, minimum={"right@1": 1.0})).switched


def test_a_gold_that_stands_in_neither_index_is_a_mistake_of_the_file(
    index: Path, corpus: Path, rebuild: Callable[..., IngestReport]
) -> None:
    before = current_generation(index)
    (corpus / "cost.md").unlink()
    wrong = row(3, DRIVE, "driving.md", "Nobody wrote this.")
    with pytest.raises(DatasetError, match=r"q\.jsonl:3: .*not found in 'driving.md'"):
        rebuild(Replay(index, [*ROWS, wrong], load_models, minimum={"right@1": 0.1}))
    assert current_generation(index) == before


def test_a_measure_that_no_question_can_judge_refuses(
    index: Path, corpus: Path, rebuild: Callable[..., IngestReport]
) -> None:
    (corpus / "cost.md").unlink()
    with pytest.raises(RagbotError, match="right@1 could not be judged"):
        rebuild(Replay(index, [row(1, DRIVE)], load_models, minimum={"right@1": 0.1}))
