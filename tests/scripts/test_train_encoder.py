"""Training the encoder's layers: questions move to what answers them, batches are sound, a killed run ends the same."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
import train_encoder
from encoder_training.batches import MOST_OF_A_PASSAGE, TaughtPassage, collated, epoch_plan, taught_passages
from encoder_training.network import EncoderNetwork, marginal_loss
from hypothesis import given
from hypothesis import strategies as st
from reader_data.rows import Row, write_rows
from safetensors.torch import load

from ragbot.encoding import MiniLmEncoder
from ragbot.errors import ModelError

WORDS = [
    "river",
    "stone",
    "green",
    "bird",
    "winter",
    "table",
    "old",
    "road",
    "cloud",
    "glass",
    "horse",
    "paper",
    "candle",
    "bridge",
]
TAUGHT = [
    "apple",
    "tiger",
    "piano",
    "rocket",
    "garden",
    "doctor",
    "window",
    "ocean",
    "castle",
    "butter",
    "tunnel",
    "violin",
]


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    """A run may choose the number of threads; the tests after it get theirs back."""
    n = torch.get_num_threads()
    yield
    torch.set_num_threads(n)


def taught_rows(repeated: int) -> list[Row]:
    """A passage for each word, in one of whose sentences it stands; the questions name it among other words."""
    random = Random(2)
    rows = []
    for word in TAUGHT:
        place = random.randrange(3)
        sentences = [" ".join(random.sample(WORDS, 5)) for _ in range(3)]
        sentences[place] = f"{word} {sentences[place]}"
        texts = tuple(f"{sentence.capitalize()}." for sentence in sentences)
        for number in range(repeated):
            asked = f"{' '.join(random.sample(WORDS, 2))} {word} {number}"
            rows.append(Row(asked, texts, (place,), source="own"))
    return rows


def options(data: Path, out: Path, encoder: Path, **more: object) -> list[str]:
    named = {"out": out, "encoder": encoder, "threads": 1, "rate": 3e-3, "batch": 12, **more}
    return [str(data), *(word for name, value in named.items() for word in (f"--{name.replace('_', '-')}", str(value)))]


def rows_file(folder: Path, repeated: int) -> Path:
    path = folder / "rows.jsonl"
    write_rows(taught_rows(repeated), path)
    return path


def test_a_run_learns_to_find_the_passage_and_the_sentence(tiny_folder: Path, tmp_path: Path) -> None:
    data = rows_file(tmp_path, repeated=12)
    assert train_encoder.main(options(data, tmp_path / "out", tiny_folder, epochs=10)) == 0
    with (tmp_path / "out" / "log.csv").open(newline="") as log:
        lines = list(csv.DictReader(log))
    first, last = lines[0], lines[-1]
    assert float(last["passage_hit"]) > 1.3 * float(first["passage_hit"])
    assert float(last["sentence_hit"]) > 1.3 * float(first["sentence_hit"])
    assert float(last["sentence_loss"]) < 0.7 * float(first["sentence_loss"])


def test_only_the_layers_are_written_and_none_of_the_word_vectors_moves(
    tiny_folder: Path, tiny_encoder: MiniLmEncoder, tmp_path: Path
) -> None:
    assert train_encoder.main(options(rows_file(tmp_path, 6), tmp_path / "out", tiny_folder, epochs=3)) == 0
    written = load((tmp_path / "out" / "model.safetensors").read_bytes())
    assert {name.split(".")[0] for name in written} == {"layer"}
    assert {name.split(".")[1] for name in written} == {"0", "1"}
    before = tiny_encoder.network.state_dict()
    moved = [n for n, tensor in written.items() if not torch.equal(tensor, before[f"encoder.{n}"].half())]
    assert len(moved) > len(written) / 2
    after = load_average(tmp_path / "out")
    assert torch.equal(after["base.embeddings.word_embeddings.weight"], before["embeddings.word_embeddings.weight"])


def load_average(out: Path) -> dict[str, torch.Tensor]:
    return load((out / "latest" / "average.safetensors").read_bytes())


def test_a_share_of_nothing_gives_the_layers_it_began_with(
    tiny_folder: Path, tiny_encoder: MiniLmEncoder, tmp_path: Path
) -> None:
    assert train_encoder.main(options(rows_file(tmp_path, 2), tmp_path / "out", tiny_folder, share=0.0)) == 0
    before = tiny_encoder.network.state_dict()
    for name, tensor in load((tmp_path / "out" / "model.safetensors").read_bytes()).items():
        assert torch.equal(tensor, before[f"encoder.{name}"].half())


def test_a_run_stopped_in_the_middle_ends_bit_by_bit_like_a_whole_one(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = rows_file(tmp_path, repeated=4)

    def arguments(name: str) -> list[str]:
        return options(data, tmp_path / name, tiny_folder, epochs=3, save_minutes=0)

    assert train_encoder.main(arguments("whole")) == 0
    forward, calls = EncoderNetwork.forward, []

    def dying(self: EncoderNetwork, batch: object) -> object:
        calls.append(batch)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return forward(self, batch)  # type: ignore[arg-type]

    monkeypatch.setattr(EncoderNetwork, "forward", dying)
    with pytest.raises(KeyboardInterrupt):
        train_encoder.main(arguments("stopped"))
    monkeypatch.setattr(EncoderNetwork, "forward", forward)
    assert train_encoder.main(arguments("stopped")) == 0
    whole, stopped = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "stopped"))
    assert whole == stopped


def test_other_options_need_another_folder(
    tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = rows_file(tmp_path, 1)
    assert train_encoder.main(options(data, tmp_path / "out", tiny_folder)) == 0
    capsys.readouterr()
    assert train_encoder.main(options(data, tmp_path / "out", tiny_folder, seed=9)) == 1
    assert capsys.readouterr().err.endswith("options (options.json); use those or another --out\n")


def test_rows_are_grouped_by_passage_and_those_without_an_answer_are_left_out() -> None:
    one, two = ("It helps.", "Rest."), ("Drink.",)
    rows = [Row("a", one, (0,)), Row("b", two, (0,)), Row("c", one, (1,)), Row("d", one, ()), Row("a", one, (0,))]
    assert [(p.sentences, [row.question for row in p.rows]) for p in taught_passages(rows)] == [
        (one, ["a", "c"]),
        (two, ["b"]),
    ]


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=30),
    st.integers(2, 16),
    st.floats(0, 1),
    st.integers(0, 99),
)
def test_every_question_comes_at_most_once_and_no_passage_twice_in_a_batch(
    sizes: list[int], size: int, near_share: float, seed: int
) -> None:
    passages = [
        TaughtPassage("", (f"{n}.",), tuple(Row(str(i), (), (0,)) for i in range(k))) for n, k in enumerate(sizes)
    ]
    vectors = np.random.default_rng(seed).normal(size=(len(sizes), 3)).astype(np.float32)
    plan = epoch_plan(passages, vectors, size, near_share, Random(seed))
    asked = [(number, i) for batch in plan for number, chosen in batch for i in chosen]
    assert len(asked) == len(set(asked))
    for batch in plan:
        assert len({number for number, _ in batch}) == len(batch)
        assert all(1 <= len(chosen) <= MOST_OF_A_PASSAGE for _, chosen in batch)
        assert size // 2 <= sum(len(chosen) for _, chosen in batch) < size + MOST_OF_A_PASSAGE
    assert plan == epoch_plan(passages, vectors, size, near_share, Random(seed))


def test_a_batch_numbers_the_sentences_of_all_its_passages() -> None:
    # every letter is a piece, 1 opens and 2 closes
    def pieces(text: str) -> list[int]:
        return [ord(c) for c in text]

    first = TaughtPassage("T", ("ab", "c"), (Row("q", (), (1,)), Row("r", (), (0,), (1,))))
    second = TaughtPassage("", ("d",), (Row("s", (), (0,)),))
    batch = collated([(first, first.rows), (second, second.rows)], pieces, (1, 2))
    assert batch.passages.tolist() == [[1, 84, 97, 98, 99, 2], [1, 100, 2, 0, 0, 0]]
    assert batch.sentence_of.tolist() == [[-1, -1, 0, 0, 1, -1], [-1, 2, -1, -1, -1, -1]]
    assert batch.holds.tolist() == [[True, False], [True, False], [False, True]]
    assert batch.right.tolist() == [[False, True, False], [True, False, False], [False, False, True]]
    assert batch.ignored.tolist() == [[False] * 3, [False, True, False], [False] * 3]


def test_in_a_batch_every_passage_that_answers_a_question_holds_it() -> None:
    first = TaughtPassage("", ("a", "b"), (Row("q", ("a", "b"), (1,)),), "one")
    second = TaughtPassage("", ("c", "d"), (Row("q", ("c", "d"), (0,), (1,)),), "one")
    batch = collated([(first, first.rows), (second, ())], lambda text: [ord(c) for c in text], (1, 2), str.upper)
    assert batch.questions.tolist() == [[1, ord("Q"), 2]]
    assert batch.holds.tolist() == [[True, True]]
    assert batch.right.tolist() == [[False, True, True, False]]
    assert batch.ignored.tolist() == [[False, False, False, True]]


def test_passages_of_a_collection_are_kept_without_a_question_and_come_together() -> None:
    rows = [
        Row("a", ("one",), (0,), collection="x"),
        Row("b", ("one",), (), collection="x"),
        Row("a", ("two",), (0,), collection="x"),
        Row("b", ("two",), (0,), collection="x"),
        Row("b", ("three",), (), collection="x"),
        Row("c", ("one",), (0,), collection="y"),
        Row("d", ("four",), (0,)),
        Row("e", ("five",), ()),
    ]
    passages = taught_passages(rows)
    assert [(p.collection, *p.sentences, len(p.rows)) for p in passages] == [
        ("x", "one", 1), ("x", "two", 2), ("x", "three", 0), ("y", "one", 1), ("", "four", 1)
    ]  # fmt: skip
    vectors = np.eye(len(passages), dtype=np.float32)
    for seed in range(20):
        plan = epoch_plan(passages, vectors, 2, 1.0, Random(seed))
        by_collection = sorted(
            (sorted({passages[number].collection for number, _ in batch}), len(batch)) for batch in plan
        )
        assert by_collection == [([""], 1), (["x"], 3), (["y"], 1)]
        asked = [passages[number].rows[i].question for batch in plan for number, chosen in batch for i in chosen]
        assert sorted(asked) == ["a", "b", "c", "d"]


def test_the_marginal_loss_is_the_share_of_the_right_ones() -> None:
    # e^0 = 1 each: of three sentences one is right and one ignored, so 1 of 2; of three two are right, so 2 of 3;
    # the third question has no right sentence and does not count
    right = torch.tensor([[True, False, False], [True, True, False], [False, False, False]])
    ignored = torch.tensor([[False, True, False], [False, False, False], [False, False, False]])
    expected = -(np.log(1 / 2) + np.log(2 / 3)) / 2
    assert float(marginal_loss(torch.zeros(3, 3), right, ignored)) == pytest.approx(expected)


def test_at_most_so_many_questions_of_other_sets_are_taken() -> None:
    own = [
        Row("o", ("a",), (0,), source="own"),
        Row("d", ("a",), (0,), source="dev"),
        Row("n", ("a",), (), source="own"),
    ]
    others = [Row(str(i), ("a",), (0,), source="squad") for i in range(9)]
    chosen = train_encoder.chosen_rows([*own, *others], 4, seed=1)
    assert [row.question for row in chosen[:2]] == ["o", "d"]
    assert len(chosen) == 2 + 4
    assert train_encoder.chosen_rows([*own, *others], 4, seed=1) == chosen


def test_layers_that_cannot_be_gone_on_from_are_one_line(tmp_path: Path, tiny_encoder: MiniLmEncoder) -> None:
    network = EncoderNetwork(tiny_encoder.network)
    (tmp_path / "text.safetensors").write_text("no weights")
    for path in (tmp_path / "missing.safetensors", tmp_path / "text.safetensors"):
        with pytest.raises(ModelError) as raised:
            network.go_on_from(path)
        assert str(raised.value).startswith(f"{path}: no layers of the encoder; name a ")
