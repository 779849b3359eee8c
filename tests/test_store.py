"""The index folder: a generation is whole or absent, the old one stays until the new one is, one writer at a time."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ragbot
from ragbot.chunking import Chunking, chunk_document
from ragbot.datatypes import CatalogueEntry
from ragbot.encoding import Encoder
from ragbot.errors import IndexLockedError, IndexMismatchError, IndexNotBuiltError, RagbotError
from ragbot.ingestion import ingest
from ragbot.loaders import load_document
from ragbot.scope import Scope
from ragbot.sentences import split_sentences
from ragbot.store import (
    Index,
    VectorLog,
    check_generation,
    content_fingerprint,
    kept_generations,
    layout,
    prune,
    read_manifest,
    roll_back,
    writing,
)
from ragbot.store.arrays import ArrayFile
from ragbot.tokens import count_tokens

ROOT = Path(ragbot.__file__).parents[1]
BuildIndex = Callable[[Mapping[str, str | bytes]], Path]

OLD = {
    "effects.md": "---\ntitle: Effects\nsources: [a, b]\n---\n# Top\n\nIt may make you dizzy. It fades.\n\n- Nausea\n",
    "driving.txt": "After treatment\n\nDo not drive until the next day. 氯胺酮 😀 stays in the body.\n",
    "cost.md": "# Cost\n\n## Insurance\n\nMost plans refuse to pay for it. Ask the clinic first.\n",
}
NEW = {"effects.md": "# Effects\n\nIt may make you sleepy for two hours.\n"}


def seen(folder: Path) -> tuple[object, ...]:
    """Everything a reader can ask of an index."""
    index = Index(folder)
    chunks = [index.chunk(number) for number in range(index.manifest.n_chunks)]
    return (
        index.fingerprint,
        index.doc_ids,
        [index.document(doc_id) for doc_id in index.doc_ids],
        chunks,
        [index.sentences(chunk) for chunk in chunks],
        [index.sentence_vectors(chunk).tolist() for chunk in chunks],
        [found.tolist() for found in index.dense.search(np.eye(1, 64, 3, dtype=np.float32)[0], 5)],
        index.lexical.scores(["drive", "dizzi"]).tolist(),
    )


def generations(folder: Path) -> list[str]:
    return sorted(p.name for p in (folder / "generations").iterdir())


def assert_one_line(error: RagbotError, *parts: str) -> None:
    assert str(error).isprintable()
    assert all(part in str(error) for part in parts), str(error)


@contextmanager
def running(code: str, *arguments: Path) -> Iterator[subprocess.Popen[str]]:
    """A Python process that has printed `ready`; killed at the end if it still runs."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


# --- what was written is read ---


def test_a_saved_index_gives_back_what_was_ingested(build_index: BuildIndex, fake_encoder: Encoder) -> None:
    folder = build_index(OLD)
    index = Index(folder)
    numbers = iter(range(index.manifest.n_chunks))
    for doc_id in sorted(OLD):
        expected = load_document(folder.parent / "corpus" / doc_id, doc_id)
        assert index.document(doc_id) == expected

        def measure(texts: object) -> list[tuple[int, int]]:
            parts = list(texts)  # type: ignore[call-overload]
            return [(count_tokens(t), n) for t, n in zip(parts, fake_encoder.count_pieces(parts), strict=True)]

        sentences, chunks = chunk_document(expected, split_sentences(expected), chunking=Chunking(), measure=measure)
        for chunk in chunks:
            stored = index.chunk(next(numbers))
            assert (stored.chunk_id, stored.text, stored.heading_path, stored.token_count) == (
                chunk.chunk_id,
                chunk.text,
                chunk.heading_path,
                chunk.token_count,
            )
            own = sentences[slice(*chunk.sentences)]
            assert index.sentences(stored) == list(own)
            vectors = fake_encoder.encode([s.span.cut(expected.text) for s in own])
            np.testing.assert_allclose(index.sentence_vectors(stored), vectors, atol=1e-3)  # kept in half precision
    assert next(numbers, None) is None


def test_the_same_content_gives_the_same_index_wherever_it_is_built(build_index: BuildIndex, tmp_path: Path) -> None:
    folder = build_index(OLD)
    before = seen(folder)
    folder.rename(tmp_path / "elsewhere")
    assert seen(tmp_path / "elsewhere") == before


def test_the_catalogue_is_what_the_documents_say_of_themselves(build_index: BuildIndex) -> None:
    front = (
        "title: The \\ud83d\\ude00 leaflet\npublished: 2024-01-02\nreviewed: 2025-03\nkind: leaflet\ncertainty: mixed"
    )
    leaflet = f'---\n{front}\nsources: [x, "y, z"]\nsuperseded_by: b.md\n---\nWords of it.\n'
    index = Index(build_index(OLD | {"sub/leaflet.md": leaflet}))
    assert [entry.doc_id for entry in index.catalogue] == index.doc_ids
    for entry in index.catalogue:
        document = index.document(entry.doc_id)
        assert entry == CatalogueEntry(**{name: getattr(document, name) for name in CatalogueEntry.__slots__})
    last = index.catalogue[-1]
    assert (last.doc_id, last.kind, last.certainty, last.superseded_by) == (
        "sub/leaflet.md",
        "leaflet",
        "mixed",
        "sub/b.md",
    )


def test_chunks_inside_a_scope_are_those_of_its_documents(build_index: BuildIndex) -> None:
    index = Index(build_index(OLD))
    for name in OLD:
        inside = index.chunks_inside(Scope((name,)))
        owners = [index.chunk(number).doc_id for number in range(index.manifest.n_chunks)]
        assert inside is not None
        assert inside.tolist() == [owner == name for owner in owners]
    assert index.chunks_inside(Scope()) is index.chunks_inside(Scope(("*",))) is None


def test_an_unknown_document_is_a_key_error(build_index: BuildIndex) -> None:
    with pytest.raises(KeyError):
        Index(build_index(OLD)).document("missing.md")


def test_an_open_index_goes_on_answering_after_two_rebuilds(build_index: BuildIndex) -> None:
    old = Index(build_index(OLD))
    build_index(NEW)
    build_index({"more.md": "# More\n\nMore words stand here.\n"})
    assert old.chunk(0).text == old.document(old.chunk(0).doc_id).text[old.chunk(0).span.start : old.chunk(0).span.end]
    assert old.doc_ids == sorted(OLD)


def test_no_file_of_an_index_is_a_pickle(build_index: BuildIndex) -> None:
    files = [p for p in build_index(OLD).rglob("*") if p.is_file()]
    assert len(files) > 8
    for path in files:
        assert not path.suffix.startswith(".pkl")
        if path.suffix == ".npy":
            np.load(path, allow_pickle=False)


# --- refusals ---


def test_no_index_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(IndexNotBuiltError) as caught:
        Index(tmp_path / "none")
    assert_one_line(caught.value, f"no index at {tmp_path}/none/; run: ragbot ingest --index {tmp_path}/none")


def test_the_default_index_needs_no_option_in_the_command() -> None:
    with pytest.raises(IndexNotBuiltError, match=r"no index at no-such-folder/index/; run: ragbot ingest$"):
        Index(Path("no-such-folder/index"))


@pytest.mark.parametrize("pointer", [b"", b"\n", b"000009-gone", b"\xff\xfe\x00", b"../../.."])
def test_a_broken_pointer_is_refused_in_one_line(build_index: BuildIndex, pointer: bytes) -> None:
    folder = build_index(OLD)
    (folder / "current").write_bytes(pointer)
    with pytest.raises((IndexNotBuiltError, IndexMismatchError), match="ragbot ingest") as caught:
        Index(folder)
    assert_one_line(caught.value)


def test_an_index_of_an_older_format_is_refused_with_both_numbers(build_index: BuildIndex) -> None:
    folder = build_index(OLD)
    path = folder / "generations" / Index(folder).generation / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format_version": 0}))
    with pytest.raises(IndexMismatchError) as caught:
        Index(folder)
    assert_one_line(caught.value, "has format 0, this is 2", f"ragbot ingest --index {folder}")


DAMAGES = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(b"\x00garbage\xff" * 20),
    "halved": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "other JSON": lambda path: path.write_bytes(b"[1, 2]"),
}
PARTS = [
    "manifest.json",
    "parts.json",
    "files.json",
    "documents.sqlite",
    "chunks.npy",
    "sentences.npy",
    "sentence_vectors.npy",
    "passages.npy",
    "sentence_hashes.npy",
    "dense.faiss",
    "words.json",
    "abbreviations.json",
]


@pytest.mark.parametrize("damage", sorted(DAMAGES))
def test_every_damaged_file_is_refused_in_one_line(build_index: BuildIndex, damage: str) -> None:
    folder = build_index(OLD)
    root = folder / "generations" / Index(folder).generation
    lexical = [p.relative_to(root).as_posix() for p in sorted((root / "lexical").iterdir())]
    assert {p.name for p in root.iterdir()} == {*PARTS, "lexical"}
    for name in PARTS + lexical:
        original = (root / name).read_bytes()
        DAMAGES[damage](root / name)
        try:
            with pytest.raises(IndexMismatchError, match="ragbot ingest") as caught:
                Index(folder)
            assert_one_line(caught.value, str(folder))
        finally:
            (root / name).write_bytes(original)
    assert Index(folder).doc_ids == sorted(OLD)


def test_a_part_of_another_index_is_refused(build_index: BuildIndex) -> None:
    folder = build_index(OLD)
    first = folder / "generations" / Index(folder).generation
    build_index({"more.md": "# More\n\n" + "Many more words stand here now. " * 60})
    second = folder / "generations" / Index(folder).generation
    for name in ("documents.sqlite", "chunks.npy", "sentences.npy", "sentence_vectors.npy", "dense.faiss"):
        original = (second / name).read_bytes()
        (second / name).write_bytes((first / name).read_bytes())
        with pytest.raises(IndexMismatchError, match="incomplete"):
            Index(folder)
        (second / name).write_bytes(original)
    Index(folder)


@pytest.mark.parametrize("name", [*PARTS, "lexical"])
def test_one_altered_byte_is_found_by_the_hash_of_its_file(build_index: BuildIndex, name: str) -> None:
    folder = build_index(OLD)
    generation = Index(folder).generation
    check_generation(folder, generation)
    if name == "parts.json":
        return  # it holds the hashes; damage of its own is refused above
    root = folder / "generations" / generation / name
    for path in [root] if root.is_file() else sorted(root.iterdir()):
        original = path.read_bytes()
        half = len(original) // 2
        path.write_bytes(original[:half] + bytes([original[half] ^ 1]) + original[half + 1 :])
        with pytest.raises(IndexMismatchError, match="damaged") as caught:
            check_generation(folder, generation)
        assert_one_line(caught.value, str(folder))
        path.write_bytes(original)
    check_generation(folder, generation)


def test_the_abbreviations_of_the_documents_are_kept(build_index: BuildIndex) -> None:
    folder = build_index({"a.md": "People with treatment-resistant depression (TRD) may ask for it.\n"})
    assert Index(folder).lexical.abbreviations == {"TRD": "treatment-resistant depression"}


# --- crashes ---


INSTANTS = [
    "documents.DocumentsWriter.add",
    "draft.write_parts",
    "layout.sync",
    "draft.next_name",
    "draft.make_current",
]


@pytest.mark.parametrize("instant", INSTANTS)
def test_dying_before_the_switch_leaves_the_old_index_current(
    build_index: BuildIndex, monkeypatch: pytest.MonkeyPatch, instant: str
) -> None:
    folder = build_index(OLD)
    before = seen(folder)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(f"ragbot.store.{instant}", die)
        with pytest.raises(KeyboardInterrupt):
            build_index(NEW)
    assert seen(folder) == before
    build_index(NEW)  # and the next run works, and sweeps up
    assert seen(folder) != before
    assert [name[:7] for name in generations(folder) if name.startswith(".")] == []


def test_a_full_disk_is_one_line_and_leaves_the_old_index(
    build_index: BuildIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = build_index(OLD)
    before = seen(folder)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(np, "save", full)
        with pytest.raises(IndexLockedError) as caught:
            build_index(NEW)
    assert_one_line(caught.value, str(folder), "No space left on device", "the old index stays")
    assert seen(folder) == before


def test_a_new_generation_that_cannot_be_read_back_never_becomes_current(
    build_index: BuildIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = build_index(OLD)
    before = seen(folder)
    sync = layout.sync

    def lose_a_part(root: Path) -> None:
        sync(root)
        (root / "chunks.npy").write_bytes(b"")

    with monkeypatch.context() as patched:
        patched.setattr(layout, "sync", lose_a_part)
        with pytest.raises(IndexMismatchError, match="incomplete"):
            build_index(NEW)
    assert seen(folder) == before


KILLED_BEFORE_THE_SWITCH = """
import runpy, sys, time
from pathlib import Path
from ragbot.ingestion import ingest
from ragbot.store import draft

def wait(*_):
    print("ready", flush=True)
    time.sleep(600)

draft.make_current = wait
encoder = runpy.run_path("tests/conftest.py")["FakeEncoder"]()
ingest([Path(sys.argv[1])], index=Path(sys.argv[2]), encoder=encoder)
"""


def test_a_process_killed_before_the_switch_leaves_the_old_index_current(
    build_index: BuildIndex, tmp_path: Path
) -> None:
    folder = build_index(OLD)
    before = seen(folder)
    corpus = tmp_path / "new"
    corpus.mkdir()
    (corpus / "effects.md").write_text(NEW["effects.md"])
    with running(KILLED_BEFORE_THE_SWITCH, corpus, folder) as process:
        assert len(generations(folder)) == 2, "the new generation should be whole by now"
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert seen(folder) == before
    build_index(NEW)
    assert Index(folder).document("effects.md").text == NEW["effects.md"]


def test_the_last_three_generations_are_kept(build_index: BuildIndex) -> None:
    names = []
    for number in range(5):
        folder = build_index({"a.md": f"# A\n\nThe words of build number {number}.\n"})
        names.append(Index(folder).generation)
    assert generations(folder) == names[-3:]


def test_a_generation_that_never_became_current_does_not_push_out_the_previous_one(
    build_index: BuildIndex, fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = build_index(OLD)
    first = Index(folder).generation
    with monkeypatch.context() as patched:
        patched.setattr("ragbot.store.draft.make_current", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            build_index(NEW)
    ingest(index=folder, encoder=fake_encoder, keep_generations=2)
    assert first in generations(folder)


# --- the kept generations ---


def three_builds(build_index: BuildIndex) -> tuple[Path, list[str]]:
    names = []
    for number in range(3):
        folder = build_index({f"{number}.md": f"# A\n\nThe words of build number {number}.\n"})
        names.append(Index(folder).generation)
    return folder, names


def test_each_kept_generation_is_described(build_index: BuildIndex) -> None:
    folder, names = three_builds(build_index)
    (folder / "generations" / names[0] / "manifest.json").write_text("{")
    described = kept_generations(folder)
    assert [one.name for one in described] == names
    assert [(one.n_documents, one.n_chunks, one.is_current) for one in described] == [
        (None, None, False),  # damaged
        (2, 2, False),
        (3, 3, True),
    ]
    newest = folder / "generations" / names[-1]
    assert described[-1].n_bytes == sum(path.stat().st_size for path in newest.rglob("*") if path.is_file())
    assert described[-1].built is not None
    assert kept_generations(folder / "none") == []


def test_rolling_back_makes_the_generation_before_or_a_named_one_current(build_index: BuildIndex) -> None:
    folder, names = three_builds(build_index)
    bot = Index(folder)
    assert roll_back(folder) == names[1] == Index(folder).generation
    assert Index(folder).doc_ids == ["0.md", "1.md"]
    assert roll_back(folder) == names[0]
    with pytest.raises(IndexNotBuiltError, match="no generation before") as caught:
        roll_back(folder)
    assert_one_line(caught.value, "ragbot index list")
    assert roll_back(folder, names[2]) == names[2] == Index(folder).generation
    assert bot.doc_ids == ["0.md", "1.md", "2.md"]
    with pytest.raises(IndexNotBuiltError, match="no generation 000009-gone") as caught:
        roll_back(folder, "000009-gone")
    assert_one_line(caught.value, "ragbot index list")
    for outside in ("..", "../generations", ".", names[0] + "/../" + names[1]):
        with pytest.raises(IndexNotBuiltError):
            roll_back(folder, outside)
    assert Index(folder).generation == names[2]


def test_nobody_rolls_back_to_a_damaged_generation(build_index: BuildIndex) -> None:
    folder, names = three_builds(build_index)
    path = folder / "generations" / names[1] / "sentence_vectors.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x7f")
    with pytest.raises(IndexMismatchError, match=r"sentence_vectors\.npy"):
        roll_back(folder)
    assert Index(folder).generation == names[2]


def test_pruning_keeps_the_current_generation_and_the_newest_others(build_index: BuildIndex) -> None:
    folder, names = three_builds(build_index)
    roll_back(folder, names[0])
    assert prune(folder, keep=2) == [names[1]]
    assert generations(folder) == [names[0], names[2]]
    assert prune(folder, keep=1) == [names[2]]
    assert prune(folder, keep=1) == []
    assert Index(folder).generation == names[0]


# --- vectors of an unfinished build ---


def entries(n: int, *, seed: int = 0) -> list[tuple[bytes, np.ndarray, np.ndarray]]:
    """Passage hashes with a vector of their own and some of their sentences, as half precision holds them."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(n):
        vectors = random.standard_normal((1 + number % 3, 4)).astype(np.float16).astype(np.float32)
        made.append((bytes([seed, number]) * 8, vectors[0], vectors[1:]))
    return made


def log_of(folder: Path, *blocks: list[tuple[bytes, np.ndarray, np.ndarray]]) -> VectorLog:
    log = VectorLog(folder, "encoder@1/ä")
    for block in blocks:
        log.append([one[0] for one in block], np.array([one[1] for one in block]), [one[2] for one in block])
    return log


def test_the_log_gives_back_what_was_appended_by_this_run_and_the_next(tmp_path: Path) -> None:
    first, second = entries(5), entries(3, seed=1)
    log_of(tmp_path, first).close()
    for log in (log_of(tmp_path, second), VectorLog(tmp_path, "encoder@1/ä")):
        with log:
            assert (len(log), log.dimension) == (8, 4)
            for passage, own, sentences in first + second:
                assert passage in log
                assert log.vectors(passage).tolist() == np.concatenate([own[None], sentences]).tolist()
    with VectorLog(tmp_path, "encoder@2") as other:
        assert (len(other), other.dimension) == (0, 0), "vectors of another encoder are none of ours"
        other.remove()
    with VectorLog(tmp_path, "encoder@1/ä") as removed:
        assert len(removed) == 0


@given(cut=st.integers(0, 10_000), flip=st.booleans())
def test_a_torn_or_altered_log_is_read_up_to_its_first_broken_block_and_goes_on_there(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flip: bool
) -> None:
    folder = tmp_path_factory.mktemp("log")
    log_of(folder, entries(4), entries(4, seed=1)).close()
    (path,) = (folder / "partial").iterdir()
    whole = path.read_bytes()
    assert len(whole) == 2 * (36 + 4 * (16 + 4) + (1 + 2 + 3 + 1) * 4 * 2)  # header, hashes and counts, 7 vectors
    place = cut % len(whole)
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :] if flip else whole[:place])
    left = 4 if place >= len(whole) // 2 else 0  # the first block, if the break is in the second
    with VectorLog(folder, "encoder@1/ä") as log:
        assert len(log) == left
    log_of(folder, entries(2, seed=2)).close()
    with VectorLog(folder, "encoder@1/ä") as again:
        assert len(again) == left + 2
        for passage, own, sentences in entries(2, seed=2):
            assert again.vectors(passage).tolist() == np.concatenate([own[None], sentences]).tolist()


# --- arrays written block by block ---


@given(st.lists(st.integers(0, 5), min_size=1, max_size=4))
def test_an_array_written_in_blocks_is_read_by_numpy(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    path = tmp_path_factory.mktemp("arrays") / "a.npy"
    blocks = [np.arange(n * 3, dtype=np.float16).reshape(n, 3) + n for n in sizes]
    with ArrayFile(path, np.float16) as file:
        for block in blocks:
            file.append(block)
    read = np.load(path, mmap_mode="r" if sum(sizes) else None, allow_pickle=False)
    assert read.dtype == np.float16
    assert read.tolist() == np.concatenate(blocks).tolist()


# --- the lock ---

HOLDS_THE_LOCK = """
import sys, time
from pathlib import Path
from ragbot.store import writing

with writing(Path(sys.argv[1])):
    print("ready", flush=True)
    time.sleep(600)
"""


def test_a_second_writer_is_refused_and_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with running(HOLDS_THE_LOCK, folder) as process:
        with pytest.raises(IndexLockedError) as caught, writing(folder):
            pytest.fail("two writers at a time")
        assert_one_line(caught.value, f"another ingest is writing {folder}", "run it again")
        process.send_signal(signal.SIGKILL)
        process.wait()
        with writing(folder):
            pass


def test_the_lock_is_let_go_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), writing(tmp_path / "index"):
        raise KeyboardInterrupt
    with writing(tmp_path / "index"):
        pass


def test_a_reader_needs_no_lock(build_index: BuildIndex) -> None:
    folder = build_index(OLD)
    with writing(folder):
        assert Index(folder).doc_ids == sorted(OLD)


@pytest.mark.parametrize("place", ["index", "index/deeper"])
def test_a_file_in_place_of_the_folder_is_refused_in_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "index").write_text("a file")
    with pytest.raises(IndexLockedError) as caught, writing(tmp_path / place):
        pytest.fail("wrote into a file")
    assert_one_line(caught.value, f"cannot write to {tmp_path / place}", "name another with --index")
    assert (tmp_path / "index").read_text() == "a file"


def test_a_read_only_folder_is_refused_in_one_line_and_can_still_be_read(
    build_index: BuildIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = build_index(OLD)
    before = seen(folder)

    def read_only(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    # root may write anywhere, so the refusal of the system is played
    with monkeypatch.context() as patched:
        patched.setattr(Path, "touch", read_only)
        with pytest.raises(IndexLockedError) as caught:
            build_index(NEW)
    assert_one_line(caught.value, "Permission denied", "--index")
    assert seen(folder) == before


# --- fingerprints ---

contents = st.dictionaries(st.text(max_size=6), st.sampled_from(["1" * 64, "2" * 64, ""]), max_size=4)
setting_lists = st.lists(st.sampled_from(["1", "2", "12", ""]), max_size=3)


@given(contents, setting_lists, contents, setting_lists)
def test_fingerprints_are_equal_exactly_when_content_and_settings_are(
    files: dict[str, str], settings: list[str], other_files: dict[str, str], other_settings: list[str]
) -> None:
    corpus, whole = content_fingerprint(files, settings)
    other_corpus, other_whole = content_fingerprint(other_files, other_settings)
    assert (corpus == other_corpus) == (files == other_files)
    assert (whole == other_whole) == ((files, settings) == (other_files, other_settings))
    assert content_fingerprint(dict(reversed(files.items())), settings) == (corpus, whole)


def test_the_fingerprint_changes_with_one_letter_and_comes_back_with_it(
    build_index: BuildIndex, fake_encoder: Encoder
) -> None:
    first = read_manifest(build_index(OLD)).fingerprint
    folder = build_index({"cost.md": OLD["cost.md"].replace("first", "last")})
    assert read_manifest(folder).fingerprint != first
    assert read_manifest(build_index(OLD)).fingerprint == first
    report = ingest([], index=folder, encoder=fake_encoder, chunking=Chunking(max_tokens=60))
    assert report.fingerprint == read_manifest(folder).fingerprint != first
