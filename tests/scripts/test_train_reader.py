"""Training the reader: it learns what it is shown, ends the same however often it is killed, and fails in one line."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from random import Random

import pytest
import torch
import train_reader
from hypothesis import given
from hypothesis import strategies as st
from reader_data.rows import Row
from reader_training.batches import MAX_PIECES, Batch, collated, epoch_plan, grouped, layout
from reader_training.network import ReaderNetwork, Scores, losses
from training import pin_hash

from ragbot.encoding import MiniLmEncoder
from ragbot.reader import MAX_PREFIX_PIECES, MAX_QUESTION_PIECES, Reader, Window, lay_out

ROOT = Path(__file__).parents[2]
WORDS = [
    "the",
    "a",
    "river",
    "stone",
    "walks",
    "under",
    "green",
    "slow",
    "bird",
    "on",
    "winter",
    "table",
    "sings",
    "old",
    "near",
]
N_SENTENCES = 4


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    """A run may choose the number of threads; the tests after it get theirs back."""
    n = torch.get_num_threads()
    yield
    torch.set_num_threads(n)


# --- data that the tests make themselves: the sentence with the word "marked" answers ---


def marked_paragraph(random: Random, number: int) -> dict[str, object]:
    sentences = [" ".join(random.choice(WORDS) for _ in range(6)).capitalize() + "." for _ in range(N_SENTENCES)]
    answerable = number % 4 > 0
    if answerable:
        place = random.randrange(N_SENTENCES)
        sentences[place] = f"Marked {sentences[place].casefold()}"
    context = " ".join(sentences)
    answers = [{"text": "Marked", "answer_start": context.find("Marked")}] if answerable else []
    return {
        "context": context,
        "qas": [{"question": "Which of them is marked?", "answers": answers, "is_impossible": not answerable}],
    }


def write_marked(path: Path, n: int, seed: int = 3) -> Path:
    random = Random(seed)
    paragraphs = [marked_paragraph(random, number) for number in range(n)]
    path.write_text(json.dumps({"version": "v2.0", "data": [{"title": "Marks", "paragraphs": paragraphs}]}))
    return path


def options(data: Path, out: Path, encoder: Path, **more: object) -> list[str]:
    named = {"out": out, "encoder": encoder, "threads": 1, "rate": 2e-3, **more}
    return [str(data), *(word for name, value in named.items() for word in (f"--{name.replace('_', '-')}", str(value)))]


def log_lines(out: Path) -> list[dict[str, str]]:
    with (out / "log.csv").open(newline="") as log:
        return list(csv.DictReader(log))


# --- the run ---


def test_a_run_learns_to_pick_the_marked_sentence_and_ragbot_reads_its_weights(
    tiny_folder: Path, tiny_encoder: MiniLmEncoder, tmp_path: Path
) -> None:
    data = write_marked(tmp_path / "marked.json", 300)
    assert train_reader.main(options(data, tmp_path / "out", tiny_folder, epochs=5, batch=16)) == 0
    lines = log_lines(tmp_path / "out")
    assert float(lines[-1]["sentence_loss"]) < 0.5 * float(lines[0]["sentence_loss"])
    assert float(lines[-1]["span_loss"]) < float(lines[0]["span_loss"])
    reader = Reader(tiny_encoder, (tmp_path / "out" / "model.safetensors").read_bytes())
    tried = json.loads(write_marked(tmp_path / "new.json", 80, seed=4).read_text())["data"][0]["paragraphs"]
    hits, nones = [], []
    for paragraph in tried:
        sentences = tuple(f"{s}." for s in paragraph["context"].removesuffix(".").split(". "))
        [found] = reader.score("Which of them is marked?", [Window("", sentences)])
        marked = [s.startswith("Marked") for s in sentences]
        if any(marked):
            hits.append(marked[int(found.sentences.argmax())])
        nones.append((found.none > found.sentences.max()) == (not any(marked)))
    assert sum(hits) / len(hits) > 0.8  # chance is 1 in 4
    assert sum(nones) / len(nones) > 0.8  # 3 of 4 have an answer


DIES_WHILE_SAVING = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import checkpoint
import train_reader

whole, calls = checkpoint.save_file, []

def dying(tensors, path):
    calls.append(path)
    if len(calls) == 3 * 24 + 2:  # three files a step: the second file of step 25
        Path(path).write_bytes(b"half written")
        os.kill(os.getpid(), signal.SIGKILL)
    whole(tensors, path)

checkpoint.save_file = dying
train_reader.main(sys.argv[2:])
"""


def test_a_run_killed_while_it_saves_and_resumed_ends_bit_by_bit_like_an_uninterrupted_one(
    tiny_folder: Path, tmp_path: Path
) -> None:
    data = write_marked(tmp_path / "marked.json", 100)

    def arguments(name: str, **more: object) -> list[str]:
        return options(data, tmp_path / name, tiny_folder, epochs=2, batch=8, **more)

    assert train_reader.main(arguments("whole")) == 0
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", DIES_WHILE_SAVING, str(ROOT / "scripts"), *arguments("killed", save_minutes=0)]
    died = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    assert os.readlink(killed / "latest") == "step-0000024"
    assert (killed / "step-0000025" / "average.safetensors").read_bytes() == b"half written"
    assert not (killed / "model.safetensors").exists()
    assert [line["step"] for line in log_lines(killed)] == ["25"]  # logged, not saved: this step is done again

    assert train_reader.main(arguments("killed")) == 0
    assert (killed / "model.safetensors").read_bytes() == (whole / "model.safetensors").read_bytes()
    for file in ("weights", "average", "optimiser"):
        name = f"latest/{file}.safetensors"
        assert (killed / name).read_bytes() == (whole / name).read_bytes()
    columns = ("step", "examples", "rate", "sentence_loss", "group_loss", "span_loss", "hit")
    logs = [[[line[c] for c in columns] for line in log_lines(out)] for out in (killed, whole)]
    assert logs[0] == logs[1]
    assert [line[0] for line in logs[0]] == ["25"]
    assert len(list(killed.glob("step-*"))) == 1


def test_another_seed_gives_other_weights_and_other_options_need_another_folder(
    tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_marked(tmp_path / "marked.json", 16)
    for name, seed in (("a", 1), ("b", 2), ("c", 1)):
        assert train_reader.main(options(data, tmp_path / name, tiny_folder, seed=seed)) == 0
    weights = {name: (tmp_path / name / "model.safetensors").read_bytes() for name in "abc"}
    assert weights["a"] == weights["c"] != weights["b"]
    capsys.readouterr()
    assert train_reader.main(options(data, tmp_path / "a", tiny_folder, seed=2)) == 1
    assert capsys.readouterr().err == (
        f"{tmp_path / 'a'} was begun with other options (options.json); use those or another --out\n"
    )


def test_a_finished_run_writes_its_weights_again_and_leaves_its_checkpoint_alone(
    tiny_folder: Path, tmp_path: Path
) -> None:
    arguments = options(write_marked(tmp_path / "marked.json", 16), tmp_path / "out", tiny_folder)
    assert train_reader.main(arguments) == 0
    weights = (tmp_path / "out" / "model.safetensors").read_bytes()
    saved = (tmp_path / "out" / "latest" / "weights.safetensors").stat()
    (tmp_path / "out" / "model.safetensors").unlink()
    assert train_reader.main(arguments) == 0
    assert (tmp_path / "out" / "model.safetensors").read_bytes() == weights
    again = (tmp_path / "out" / "latest" / "weights.safetensors").stat()
    assert (again.st_ino, again.st_mtime_ns) == (saved.st_ino, saved.st_mtime_ns)


def test_a_run_starts_from_the_weights_of_another(
    tiny_folder: Path, tmp_path: Path, tiny_encoder: MiniLmEncoder
) -> None:
    data = write_marked(tmp_path / "marked.json", 16)
    network = ReaderNetwork(tiny_encoder.network)
    (tmp_path / "start.safetensors").write_bytes(network.weights())
    arguments = options(data, tmp_path / "out", tiny_folder, start=tmp_path / "start.safetensors", rate=0)
    assert train_reader.main(arguments) == 0
    # at a rate of 0 nothing moves
    assert (tmp_path / "out" / "model.safetensors").read_bytes() == network.weights()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("broken.json", '{"data": [\n {"title": }]}', ":2: no JSON (Expecting value); mend or leave out this file"),
        ("a.json", '{"rows": []}', ": no data set that the reader knows; leave it out"),
        (
            "b.json",
            '{"data": [{"paragraphs": [{"qas": []}]}]}',
            ": no SQuAD data at article 1, paragraph 1 (KeyError('context')); mend or leave out this file",
        ),
        (
            "medquad.jsonl",
            '{"collection": "c", "qid": "1", "focus": "f", "qtype": "t", "question": "q", "answer": "a"}\n{"qid": ',
            ":2: no JSON (Expecting value); mend or delete this line",
        ),
        (
            "questions.jsonl",
            '{"hand": "a", "right": []}',
            ": its passages are in medquad.jsonl; name that file too",
        ),
    ],
)
def test_a_broken_data_file_is_one_line_with_file_and_line(
    name: str, text: str, message: str, tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(text)
    assert train_reader.main(options(tmp_path / name, tmp_path / "out", tiny_folder)) == 1
    assert capsys.readouterr().err == f"{tmp_path / name}{message}\n"


def test_weights_of_something_else_are_refused_in_one_line(
    tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_marked(tmp_path / "marked.json", 16)
    (tmp_path / "other.safetensors").write_bytes(b"something else")
    arguments = options(data, tmp_path / "out", tiny_folder, start=tmp_path / "other.safetensors")
    assert train_reader.main(arguments) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert (
        last == f"{tmp_path / 'other.safetensors'}: no weights of the reader; name a model.safetensors of this script"
    )


def test_pinning_writes_the_hash_of_the_weights_and_nothing_else(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('OTHER = "x"\nREADER_SHA256 = ""\n# READER_SHA256 = "kept"\n')
    digest = pin_hash(b"weights", module, "READER_SHA256")
    assert digest == hashlib.sha256(b"weights").hexdigest()
    assert module.read_text() == f'OTHER = "x"\nREADER_SHA256 = "{digest}"\n# READER_SHA256 = "kept"\n'


# --- the loss, by hand ---


def two_sentence_batch(*, right: list[int], ignored: list[int], span: tuple[int, int]) -> Batch:
    """Tokens: [CLS], the question's one piece, [SEP], one piece of each sentence, [SEP]."""
    marks = torch.zeros(2, 2, dtype=torch.bool)
    marks[0, right], marks[1, ignored] = True, True
    return Batch(
        ids=torch.zeros(1, 6, dtype=torch.long),
        kinds=torch.tensor([[0, 0, 0, 1, 1, 1]]),
        mask=torch.ones(1, 6, dtype=torch.long),
        sentence_of=torch.tensor([[-1, -1, -1, 0, 1, -1]]),
        there=torch.ones(1, 2, dtype=torch.bool),
        right=marks[:1],
        ignored=marks[1:],
        none=torch.tensor([not right]),
        span=torch.tensor([span]),
        group=torch.tensor([0]),
    )


# Sentence logits ln 2 and 0, none 0: shares 2/4, 1/4 and 1/4.
@pytest.mark.parametrize(
    ("right", "ignored", "expected", "hit"),
    [
        ([0], [], math.log(2), 1.0),  # both parts of the loss are -ln 2/4
        ([1], [], math.log(4), 0.0),
        ([], [], math.log(4), 0.0),
        # some right one: -ln 3/4; each right one: (ln 2 + ln 4) / 2
        ([0, 1], [], 0.8 * math.log(4 / 3) + 0.2 * (math.log(2) + math.log(4)) / 2, 1.0),
        ([0], [1], math.log(3 / 2), 1.0),  # without the ignored one the shares are 2/3 and 1/3
    ],
)
def test_the_sentence_loss_agrees_with_cases_worked_by_hand(
    right: list[int], ignored: list[int], expected: float, hit: float
) -> None:
    scores = Scores(torch.tensor([[math.log(2), 0.0]]), torch.zeros(1), torch.zeros(1, 6, 2))
    found = losses(scores, two_sentence_batch(right=right, ignored=ignored, span=(-1, -1)))
    assert float(found.sentence) == pytest.approx(expected, abs=1e-5)
    assert (float(found.hit), float(found.span)) == (hit, 0.0)


def test_the_span_loss_agrees_with_a_case_worked_by_hand() -> None:
    # An answer may start and end at the two sentences' pieces or at [CLS], which means none: three places.
    # Start logits are all alike: -ln 1/3. The right end has ln 2: -ln 2/4. What stands elsewhere does not count.
    marks = torch.full((1, 6, 2), 9.0)
    marks[0, [0, 3, 4]] = 0.0
    marks[0, 3, 1] = math.log(2)
    scores = Scores(torch.zeros(1, 2), torch.zeros(1), marks)
    batch = two_sentence_batch(right=[0], ignored=[], span=(3, 3))
    found = losses(scores, batch)
    assert float(found.span) == pytest.approx((math.log(3) + math.log(2)) / 2, abs=1e-5)
    assert float(found.total) == pytest.approx(float(found.sentence) + 0.3 * float(found.span), abs=1e-6)


# Two windows of two sentences. Over their own "none" the first window's have ln 2 and 0, the second's ln 3 and 0.
@pytest.mark.parametrize(
    ("right", "expected"),
    [
        ([[True, False], [False, False]], math.log(8 / 2)),  # 2 of 1 + 2 + 1 + 3 + 1
        ([[True, False], [False, True]], math.log(8 / 3)),
        ([[False, False], [False, False]], math.log(8)),
    ],
)
def test_windows_of_one_question_are_judged_together(right: list[list[bool]], expected: float) -> None:
    one = two_sentence_batch(right=[], ignored=[], span=(-1, -1))
    doubled = {f.name: torch.cat([getattr(one, f.name)] * 2) for f in fields(Batch)}
    marks = torch.tensor(right)
    batch = Batch(**doubled | {"right": marks, "none": ~marks.any(1), "group": torch.tensor([4, 4])})
    sentences = torch.tensor([[math.log(2), 0.0], [math.log(3) + 5, 5.0]])
    scores = Scores(sentences, torch.tensor([0.0, 5.0]), torch.zeros(2, 6, 2))
    assert float(losses(scores, batch).group) == pytest.approx(expected, abs=1e-5)
    alone = Batch(**{f.name: getattr(batch, f.name) for f in fields(Batch)} | {"group": torch.tensor([0, 1])})
    assert float(losses(scores, alone).group) == 0.0


def test_a_row_whose_right_sentence_is_beyond_the_cut_teaches_nothing() -> None:
    batch = two_sentence_batch(right=[1], ignored=[], span=(-1, -1))
    batch.there[0, 1] = batch.right[0, 1] = False
    found = losses(Scores(torch.zeros(1, 2), torch.zeros(1), torch.zeros(1, 6, 2)), batch)
    assert float(found.total) == 0.0


# --- the token layout ---


def word_pieces(text: str) -> tuple[list[int], list[tuple[int, int]]]:
    """One piece a word, numbered by its length."""
    offsets, start = [], 0
    for word in text.split():
        start = text.index(word, start)
        offsets.append((start, start + len(word)))
        start += len(word)
    return [b - a for a, b in offsets], offsets


SPECIAL = (101, 102)


def test_tokens_stand_where_a_case_worked_by_hand_has_them() -> None:
    row = Row("who can", ("a bb ccc", "dddd"), (0,), span=(0, 2, 8), prefix="title x")
    found = layout(row, word_pieces, SPECIAL)
    #            CLS who can SEP  title x SEP  a  bb ccc dddd SEP
    assert found.ids == [101, 3, 3, 102, 5, 1, 102, 1, 2, 3, 4, 102]
    assert found.text_start == 4
    assert found.sentence_of == [-1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 1, -1]
    assert found.span == (8, 9)  # "bb ccc"
    without = layout(Row("who can", ("a bb ccc", "dddd"), ()), word_pieces, SPECIAL)
    assert without.ids == [101, 3, 3, 102, 1, 2, 3, 4, 102]
    assert without.span == (0, 0)


def test_masks_of_a_batch_agree_with_a_case_worked_by_hand() -> None:
    rows = [Row("q", ("a", "b", "c d"), (1,), ignored=(2,)), Row("q", ("e",), (), prefix="t")]
    batch = collated(rows, word_pieces, SPECIAL)
    assert batch.mask.tolist() == [[1] * 8, [1] * 7 + [0]]
    assert batch.kinds.tolist() == [[0, 0, 0, 1, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1, 1, 0]]
    assert batch.sentence_of.tolist() == [[-1, -1, -1, 0, 1, 2, 2, -1], [-1, -1, -1, -1, -1, 0, -1, -1]]
    assert batch.there.tolist() == [[True, True, True], [True, False, False]]
    assert batch.right.tolist() == [[False, True, False], [False] * 3]
    assert batch.ignored.tolist() == [[False, False, True], [False] * 3]
    assert batch.none.tolist() == [False, True]
    assert batch.span.tolist() == [[-1, -1], [0, 0]]


def test_what_is_too_long_is_cut_at_the_end_and_an_answer_there_is_not_known() -> None:
    row = Row("q", ("a " * 200, "b " * 100, "c"), (2,), span=(2, 0, 1), prefix="t " * 50)
    found = layout(row, word_pieces, SPECIAL)
    assert len(found.ids) == len(found.sentence_of) == MAX_PIECES + MAX_PREFIX_PIECES + 1  # and the prefix's [SEP]
    assert found.ids[-1] == 102
    assert found.sentence_of.count(1) == MAX_PIECES - 3 - 200 - 1
    assert found.span == (-1, -1)
    batch = collated([row], word_pieces, SPECIAL)
    assert batch.there.tolist() == [[True, True, False]]
    assert not batch.right.any()


@given(st.integers(0, 200), st.integers(0, 60), st.lists(st.integers(0, 5), min_size=1, max_size=5))
def test_the_layout_is_the_one_that_ragbot_reads(
    tiny_encoder: MiniLmEncoder, n_asked: int, n_prefix: int, lengths: list[int]
) -> None:
    random = Random(n_asked)
    question, prefix, *sentences = (
        " ".join(random.choice(WORDS) for _ in range(n)) for n in (n_asked, n_prefix, *lengths)
    )
    pieces, special = tiny_encoder.pieces_with_offsets, tiny_encoder.special_pieces
    expected = lay_out(pieces(question)[0], Window(prefix, tuple(sentences)), pieces, special)
    row = Row(question, tuple(sentences), (), prefix=prefix)
    found = layout(row, pieces, special)
    assert (found.ids, found.text_start) == (expected.ids, expected.text_start)
    for number, (start, end) in enumerate(expected.places):
        assert [place for place, own in enumerate(found.sentence_of) if own == number] == list(range(start, end))
    assert found.text_start - 2 <= MAX_QUESTION_PIECES


_READERS: dict[int, Reader] = {}


def _untrained(encoder: MiniLmEncoder) -> Reader:
    """A reader with random heads, made once."""
    if id(encoder) not in _READERS:
        _READERS[id(encoder)] = Reader(encoder, ReaderNetwork(encoder.network).weights())
    return _READERS[id(encoder)]


def test_training_and_ragbot_score_a_window_alike(tiny_encoder: MiniLmEncoder) -> None:
    network = ReaderNetwork(tiny_encoder.network).eval()
    reader = Reader(tiny_encoder, network.weights())
    sentences = ("The river is green.", "A bird sings on the old table.")
    batch = collated(
        [Row("What sings?", sentences, (1,), prefix="Birds")],
        tiny_encoder.pieces_with_offsets,
        tiny_encoder.special_pieces,
    )
    with torch.inference_mode():
        expected = network(batch)
    [found] = reader.score("What sings?", [Window("Birds", sentences)])
    # weights are rounded to float16, states to bfloat16 where the processor has it
    assert found.sentences.tolist() == pytest.approx(expected.sentences[0].tolist(), abs=0.02)
    assert found.none == pytest.approx(float(expected.none[0]), abs=0.02)


# --- the order of the rows ---


@given(st.lists(st.integers(1, 50), min_size=1, max_size=120), st.integers(1, 9), st.integers(0, 3))
def test_an_epoch_has_every_row_once_in_batches_of_the_size(lengths: list[int], size: int, seed: int) -> None:
    plan = epoch_plan([[number] for number in range(len(lengths))], lengths, size, Random(seed))
    assert sorted(number for batch in plan for number in batch) == list(range(len(lengths)))
    assert all(1 <= len(batch) <= size for batch in plan)
    assert plan == epoch_plan([[number] for number in range(len(lengths))], lengths, size, Random(seed))


@given(st.lists(st.integers(1, 5), min_size=1, max_size=30), st.integers(1, 9), st.integers(0, 3))
def test_windows_of_one_question_are_in_one_batch(sizes: list[int], size: int, seed: int) -> None:
    rows = [Row(str(question), (f"{i}",), (), collection="c") for question, n in enumerate(sizes) for i in range(n)]
    groups = grouped([*rows, Row("0", (), ()), Row("0", (), ())])
    assert [len(group) for group in groups] == [*sizes, 1, 1]
    plan = epoch_plan(groups, [1] * (len(rows) + 2), size, Random(seed))
    assert sorted(number for batch in plan for number in batch) == list(range(len(rows) + 2))
    for group in groups:
        assert sum(bool(set(group) & set(batch)) for batch in plan) == 1
    assert all(len(batch) <= max(size, max(sizes)) for batch in plan)
