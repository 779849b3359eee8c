"""The answer diff with the shipped models and threshold: a leaflet is deleted, and its answer is missed by name."""

from __future__ import annotations

from pathlib import Path

from ragbot.answering import Models
from ragbot.datatypes import Outcome
from ragbot.encoding import MiniLmEncoder
from ragbot.ingestion import ingest
from ragbot.reader import Reader
from ragbot.rebuilding import Change, Replay, read_questions
from ragbot.safety_model import SafetyModel

SENTENCE = "You must not drive or use machinery after esketamine until the next day, after a restful sleep."
FILES = {
    "driving.md": f"# Going home after esketamine\n\n## Can I drive home?\n\n{SENTENCE}\n",
    "nausea.md": "# Nausea\n\n## How long does nausea last?\n\nNausea usually fades within two hours of the infusion.\n",
    "cost.md": "# Cost\n\n## Who pays?\n\nMost insurance plans refuse to pay for ketamine infusions.\n",
}


def test_a_deleted_leaflet_takes_its_answer_along_and_the_diff_says_which(
    tmp_path: Path, real_encoder: MiniLmEncoder, real_safety: SafetyModel, real_reader: Reader
) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    for name, text in FILES.items():
        (corpus / name).write_text(text)
    (tmp_path / "q.txt").write_text("Can I drive home after esketamine?\nHow long does nausea last?\n")
    ingest([corpus], index=index, encoder=real_encoder)
    (corpus / "driving.md").unlink()
    replay = Replay(index, read_questions(tmp_path / "q.txt"), lambda: Models(real_encoder, real_safety, real_reader))
    ingest(index=index, encoder=real_encoder, before_switch=replay)
    assert replay.diff
    assert [(one.change, one.example.example_id) for one in replay.diff.changes] == [(Change.VANISHED, "q:1")]
    (lost,) = replay.diff.changes
    assert (lost.old.outcome, lost.old.quotes[0].text) == (Outcome.ANSWERED, SENTENCE)
    assert lost.new.outcome is Outcome.NO_ANSWER
