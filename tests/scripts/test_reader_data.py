"""Data sets become rows whose right sentences hold the answer, whose wrong windows do not, and that noise leaves so."""

from __future__ import annotations

import doctest
import json
from importlib import import_module
from pathlib import Path
from random import Random

import pytest
import question_noise
from hypothesis import given
from hypothesis import strategies as st
from reader_data.augmentation import augmented
from reader_data.medquad import read_illnesses, read_medquad
from reader_data.mixture import data_files, file_kind, kept_mixture, mixture
from reader_data.multispan import read_multispan
from reader_data.negatives import mined
from reader_data.own import read_answers, read_own
from reader_data.rows import PoolWindow, Row, cut_windows, read_rows, write_rows
from reader_data.snippets import read_snippets
from reader_data.squad import read_squad

from ragbot.encoding import Encoder, MiniLmEncoder
from ragbot.errors import DatasetError

MODULES = [f"reader_data.{name}" for name in ("medquad", "mixture", "multispan", "own", "rows", "squad")]


@pytest.mark.parametrize("name", [*MODULES, "question_noise", "training_run"])
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    found = doctest.testmod(import_module(name))
    assert found.attempted > 0
    assert found.failed == 0


def write_squad(path: Path, *paragraphs: tuple[str, list[tuple[str, str | None]]], version: str = "v2.0") -> Path:
    """Each paragraph is an article of its own: a context, and questions with their answer."""
    articles = []
    for number, (context, questions) in enumerate(paragraphs):
        qas = [
            {
                "question": question,
                "answers": [] if answer is None else [{"text": answer, "answer_start": context.find(answer)}],
                "is_impossible": answer is None,
            }
            for question, answer in questions
        ]
        articles.append({"title": f"Title_{number}", "paragraphs": [{"context": context, "qas": qas}]})
    path.write_text(json.dumps({"version": version, "data": articles}))
    return path


# --- SQuAD ---

RIVERS = "The Elbe is a river. It is 1,094 km long. It ends in the sea."


def test_the_sentence_with_the_answer_is_right_and_its_span_is_marked(tmp_path: Path) -> None:
    path = write_squad(tmp_path / "a.json", (RIVERS, [("How long is it?", "1,094 km"), ("How deep?", None)]))
    found = read_squad(path, Random(1))
    answered, unanswered = found.rows
    assert answered.sentences == ("The Elbe is a river.", "It is 1,094 km long.", "It ends in the sea.")
    assert (answered.right, answered.span, answered.prefix) == ((1,), (1, 6, 14), "Title 0")
    assert (unanswered.question, unanswered.right, unanswered.span) == ("How deep?", (), None)
    assert [window.sentences for window in found.pool] == [answered.sentences]


def test_an_answer_over_two_sentences_makes_both_right_and_has_no_span(tmp_path: Path) -> None:
    [row] = read_squad(write_squad(tmp_path / "a.json", (RIVERS, [("What?", "river. It is")])), Random(1)).rows
    assert (row.right, row.span) == ((0, 1), None)


def test_the_tokenised_variant_is_tidied_before_its_answers_are_looked_for(tmp_path: Path) -> None:
    text = "The Elbe , a river , is 1,094 km long ( about ) . It ends ."
    path = write_squad(tmp_path / "a.json", (text, [("How long ?", "long ( about )")]), version="tokenised")
    [row] = read_squad(path, Random(1)).rows
    assert row.question == "How long?"
    assert row.sentences == ("The Elbe, a river, is 1,094 km long (about).", "It ends.")
    assert row.span == (0, 31, 43)
    assert row.sentences[0][31:43] == "long (about)"


def test_an_answer_that_is_not_in_the_text_gives_no_row(tmp_path: Path) -> None:
    assert read_squad(write_squad(tmp_path / "a.json", (RIVERS, [("Where?", "Dresden")])), Random(1)).rows == ()


def test_the_last_articles_are_held_and_never_mined_from(tmp_path: Path) -> None:
    texts = [
        (f"River {i} is long. It is {i} km long.", [(f"How long is {i}?", f"{i} km"), ("Who?", None)]) for i in range(4)
    ]
    found = read_squad(write_squad(tmp_path / "a.json", *texts), Random(1), held_articles=1, none_repeated=2)
    assert [row.held for row in found.rows] == [False] * 9 + [True] * 2  # three rows an article, one counted twice
    assert len(found.pool) == 3


def test_a_long_text_is_read_in_windows_and_at_times_in_one_that_does_not_answer(tmp_path: Path) -> None:
    sentences = [f"Sentence number {i} has {i} beads and a few more words to make it long." for i in range(40)]
    questions: list[tuple[str, str | None]] = [(f"Which has {i} beads?", f"number {i} has") for i in range(40)]
    rows = read_squad(write_squad(tmp_path / "a.json", (" ".join(sentences), questions)), Random(1)).rows
    answering = [row for row in rows if row.right]
    assert [row.sentences[row.right[0]] for row in answering] == sentences
    assert all(70 <= sum(len(s.split()) for s in row.sentences) <= 150 for row in answering[:-8])
    empty = [row for row in rows if not row.right]
    assert 4 <= len(empty) <= 24  # 35 % of 40, seeded
    assert all(not any(answer in " ".join(row.sentences) for answer in row.answers) for row in empty)


@given(st.lists(st.integers(1, 200), max_size=30), st.integers(0, 5))
def test_windows_tile_the_sentences(lengths: list[int], seed: int) -> None:
    windows = cut_windows(lengths, Random(seed))
    assert [number for window in windows for number in window] == list(range(len(lengths)))
    assert all(window for window in windows)


# --- the other sources ---


def test_every_sentence_with_a_labelled_word_is_right(tmp_path: Path) -> None:
    item = {
        "question": ["what", "is", "served"],
        "context": ["Tea", "is", "served", ".", "It", "rains", ".", "So", "is", "milk", "."],
        "label": ["B", "O", "O", "O", "O", "O", "O", "O", "O", "B", "O"],
    }
    (tmp_path / "m.json").write_text(json.dumps({"data": [item, item]}))
    first, second = read_multispan(tmp_path / "m.json", Random(1), held_rows=1).rows
    assert first.sentences == ("Tea is served.", "It rains.", "So is milk.")
    assert (first.question, first.right, first.held, second.held) == ("what is served", (0, 2), False, True)


MEDQUAD = [
    ("Gout", "information", "Gout is a disease of the joints. It hurts at night. It comes in attacks of some days."),
    ("Gout", "treatment", "Colchicine helps in an attack. Rest the joint and cool it. Allopurinol prevents attacks."),
    ("Gout", "causes", "Crystals of uric acid settle in the joints. Beer and meat make them more likely. So does age."),
    ("Scurvy", "information", "Scurvy comes from a lack of vitamin C. Gums bleed and teeth fall out. Sailors had it."),
    ("Scurvy", "treatment", "Vitamin C heals scurvy in some weeks. Oranges are full of it. Bed rest is not needed."),
    ("Pain", "treatment", "Ketamine is tried in severe pain. It is given in hospitals only. Tell your doctor of it."),
]


def write_medquad(path: Path) -> Path:
    rows = [
        {
            "collection": "c",
            "qid": str(i),
            "focus": focus,
            "qtype": kind,
            "question": f"What of {focus} ?",
            "answer": text,
        }
        for i, (focus, kind, text) in enumerate(MEDQUAD)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_medquad_rows_mark_the_head_of_the_answer_and_nothing_of_other_answers(tmp_path: Path) -> None:
    path = write_medquad(tmp_path / "medquad.jsonl")
    texts = {(focus, kind): text for focus, kind, text in MEDQUAD}
    n_none = 0
    for seed in range(30):
        for row in read_medquad(path, Random(seed)).rows:
            n_none += not row.right
            answers = {kind for focus, kind in texts if focus == row.prefix and row.right}
            kinds = {kind for kind in answers if row.sentences[row.right[0]] in texts[row.prefix, kind]}
            assert len(kinds) == (1 if row.right else 0)
            for number in (*row.right, *row.ignored):
                assert row.sentences[number] in texts[row.prefix, next(iter(kinds))]
            assert not set(row.right) & set(row.ignored)
            assert "etamine" not in " ".join((row.question, *row.sentences))
    assert n_none > 20
    assert [illness.focus for illness in read_illnesses(path)] == ["Gout", "Scurvy"]


def test_own_questions_are_put_together_with_the_texts_they_count_in(tmp_path: Path) -> None:
    answers = read_answers(write_medquad(tmp_path / "medquad.jsonl"))
    own = {"id": "a0000", "hand": "a", "collection": "c", "passage": "1", "question": "quick help?", "right": [1]}
    (tmp_path / "q.jsonl").write_text(json.dumps(own | {"sentences": [[0, 30], [31, 58]]}) + "\n")
    [row] = read_own(tmp_path / "q.jsonl", answers).rows
    assert row.sentences == ("Colchicine helps in an attack.", "Rest the joint and cool it.")
    assert (row.question, row.prefix, row.right) == ("quick help?", "Gout", (1,))


@pytest.mark.parametrize(
    "change",
    [{"sentences": [[0, 29]], "right": [2]}, {"sentences": [[1, 30]]}, {"sentences": [[0, 999]]}, {"passage": "x"}],
)
def test_own_questions_that_do_not_fit_their_text_are_refused_with_the_line(
    change: dict[str, object], tmp_path: Path
) -> None:
    answers = read_answers(write_medquad(tmp_path / "medquad.jsonl"))
    own = {"collection": "c", "passage": "1", "question": "q?", "right": [0], "sentences": [[0, 30]]}
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps(own) + "\n\n" + json.dumps(own | change) + "\n")
    with pytest.raises(DatasetError, match=rf"^{path}:3: no such sentences in c \w; name the medquad.jsonl"):
        read_own(path, answers)


def test_a_snippet_stands_among_others_that_lack_its_answer(tmp_path: Path, fake_encoder: Encoder) -> None:
    texts = [
        (f"Gene ABC{i} codes a protein. It is found in organ {i}.", [(f"What is ABC{i}?", f"ABC{i}")])
        for i in range(12)
    ]
    path = write_squad(tmp_path / "b.json", *texts, version="BioASQ 7b")
    assert file_kind(path) == "snippets"
    rows = read_snippets(path, Random(1), fake_encoder).rows
    for row in rows:
        holding = [i for i, sentence in enumerate(row.sentences) if f"{row.answers[0]} " in sentence]
        assert list(row.right) == holding
        assert row.span is None or row.sentences[row.span[0]][row.span[1] : row.span[2]] == row.answers[0]
    assert any(len(row.sentences) > 2 for row in rows)
    assert {bool(row.right) for row in rows} == {True, False}


# --- hard negatives ---


def test_a_mined_window_is_near_and_lacks_the_answer(fake_encoder: Encoder) -> None:
    row = Row("how long is the river elbe", ("It is 9 km.",), (0,), paragraph="own", answers=("9 km",), prefix="Elbe")
    near, own, holds = "The river Elbe is long.", "How long is the river Elbe?", "The river Elbe is 9 KM long."
    pool = [PoolWindow((near,), "1", "Hamburg"), PoolWindow((own,), "own"), PoolWindow((holds,), "2")]
    [found] = mined([row], pool, fake_encoder, Random(1), share=1)
    assert (found.sentences, found.right, found.span, found.prefix) == ((near,), (), None, "Hamburg")
    assert found.question == row.question
    assert mined([row], pool[1:], fake_encoder, Random(1), share=1) == []
    assert mined([row], pool, fake_encoder, Random(1), share=0) == []


# --- the mixture ---


def test_the_mixture_is_the_same_for_the_same_seed_and_kept_for_the_run(
    tmp_path: Path, tiny_encoder: MiniLmEncoder
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    texts = [(f"River {i} is long. It is {i}00 km long.", [(f"How long is {i}?", f"{i}00 km")]) for i in range(20)]
    write_squad(data / "a.json", *texts)
    write_medquad(data / "medquad.jsonl")
    (data / "notes.txt").write_text("not data")
    assert data_files([data, data / "a.json"]) == [data / "a.json", data / "medquad.jsonl"]
    first = mixture([data], tiny_encoder, seed=1)
    assert first == mixture([data], tiny_encoder, seed=1) != mixture([data], tiny_encoder, seed=2)
    kept = kept_mixture([data], tiny_encoder, tmp_path / "rows", seed=1)
    assert [(r.question, r.sentences, r.right) for r in kept.train] == [
        (r.question, r.sentences, r.right) for r in first.train
    ]
    assert kept == kept_mixture(
        [tmp_path / "gone"], tiny_encoder, tmp_path / "rows", seed=1
    )  # read back, not made again


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    rows = [Row("é?", ("a", "b\u2028c"), (1,), (0,), (1, 0, 2), "p", "own"), Row("q", ("a",), (), held=True)]
    write_rows(rows, tmp_path / "rows.jsonl")
    assert read_rows(tmp_path / "rows.jsonl") == rows


def test_a_missing_data_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"^no such file or folder: .*gone; name data files or folders$"):
        data_files([tmp_path / "gone"])


# --- noise ---

ASKED = "What are the side effects of the medication for depression in children?"
STORIES = ("I have been off my bike since winter came.",)


def test_noise_is_the_same_for_the_same_seed_and_varies_with_it() -> None:
    first = [question_noise.noisy(ASKED, Random(seed), STORIES) for seed in range(200)]
    assert first == [question_noise.noisy(ASKED, Random(seed), STORIES) for seed in range(200)]
    assert 0.2 < first.count(ASKED) / 200 < 0.45  # a third stays as it is
    assert len(set(first)) > 80
    assert any(STORIES[0] in question for question in first)


def test_keywords_are_what_is_left_without_function_words() -> None:
    found = {question_noise.keywords(ASKED, Random(seed)) for seed in range(50)}
    assert "side effects medication depression children" in found
    assert all(not {"what", "are", "the", "of"} & set(words.casefold().split()) for words in found)
    assert question_noise.keywords("What is it?", Random(1)) == "What is it?"  # nothing would be left


def test_lay_words_replace_whole_words_only() -> None:
    found = {question_noise.in_lay_words("treat the untreated patient", Random(seed)) for seed in range(40)}
    assert all("untreated" in words for words in found)
    assert {words.split()[0] for words in found} == {"treat", "fix", "help", "cure"}


ROWS = st.builds(
    lambda n, marks, seed: _row_with(n, marks, Random(seed)),
    st.integers(1, 12),
    st.lists(st.sampled_from(["right", "ignored", ""]), min_size=12, max_size=12),
    st.integers(0, 9),
)


def _row_with(n: int, marks: list[str], random: Random) -> Row:
    sentences = tuple(f"Sentence {i} is here." for i in range(n))
    right = tuple(i for i in range(n) if marks[i] == "right")
    ignored = tuple(i for i in range(n) if marks[i] == "ignored")
    span = (random.choice(right), 0, 8) if right else None
    return Row("Which one is it?", sentences, right, ignored, span, "Prefix", random.choice(("own", "medquad")))


@given(ROWS, st.integers(0, 500))
def test_an_augmented_row_keeps_what_is_right_and_what_is_ignored(row: Row, seed: int) -> None:
    [found] = augmented([row], Random(seed), STORIES)
    for marked in ("right", "ignored"):
        before, after = ([r.sentences[i] for i in getattr(r, marked)] for r in (row, found))
        assert before == after
    if row.span:
        assert found.span
        assert found.sentences[found.span[0]] == row.sentences[row.span[0]]
        assert found.span[1:] == row.span[1:]
    assert found.prefix in ("", "Prefix")
    assert min(len(row.sentences), 2) <= len(found.sentences) <= len(row.sentences) + 1
    assert [found] == augmented([row], Random(seed), STORIES)


def test_prefixes_go_for_half_of_the_rows_and_some_windows_are_cropped_or_headed() -> None:
    row = Row(
        "Which one is it?", tuple(f"Sentence {i} is here." for i in range(8)), (4,), prefix="Prefix", source="own"
    )
    found = [one for seed in range(400) for one in augmented([row], Random(seed), ())]
    assert 160 <= sum(bool(one.prefix) for one in found) <= 240
    assert sum(len(one.sentences) < 8 for one in found) > 150
    headed = [one for one in found if any(s.startswith("Which one is it") for s in one.sentences)]
    assert 12 <= len(headed) <= 60  # 8 % of 400
    assert all(one.sentences[one.right[0]] == "Sentence 4 is here." for one in headed)


def test_windows_of_one_question_get_the_same_slips() -> None:
    question = "How long must I stay at the clinic after the infusion?"
    rows = [Row(question, (f"{i}.",), (), collection="c") for i in range(3)]
    found = [[row.question for row in augmented(rows, Random(seed), STORIES)] for seed in range(60)]
    assert all(len(set(questions)) == 1 for questions in found)
    assert len({questions[0] for questions in found}) > 20
    alone = [Row(question, (f"{i}.",), ()) for i in range(3)]
    assert any(len({row.question for row in augmented(alone, Random(seed), STORIES)}) > 1 for seed in range(60))
