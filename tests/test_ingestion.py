"""From a folder of files to a current index: what is indexed, what is skipped and why, and when it is stale."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ragbot.chunking import Chunking
from ragbot.encoding import Encoder, MiniLmEncoder
from ragbot.errors import CorpusError, IndexLockedError, RagbotError
from ragbot.ingestion import IngestReport, indexed_paths, ingest, stale_reason
from ragbot.loaders import SUFFIXES
from ragbot.store import Index, read_manifest, writing

WriteCorpus = Callable[[Mapping[str, str | bytes]], Path]
Run = Callable[..., IngestReport]

PAGE = (
    "<html><body><main><h1>Cost</h1><p>Most plans refuse to pay for it. Ask the clinic first.</p></main></body></html>"
)
FILES = {
    "effects.md": "---\ntitle: Effects\n---\n# Short term\n\nIt may make you dizzy. It fades.\n",
    "sub/driving.txt": "After treatment\n\nDo not drive until the next day, whatever you feel like.\n",
    "cost.html": PAGE,
}


@pytest.fixture
def run(tmp_path: Path, fake_encoder: Encoder) -> Run:
    """Ingest paths into `tmp_path / "index"` with the fake encoder."""

    def ingest_paths(*paths: Path, encoder: Encoder = fake_encoder) -> IngestReport:
        return ingest(paths, index=tmp_path / "index", encoder=encoder)

    return ingest_paths


def refused(error: type[RagbotError], run: Run, *paths: Path) -> str:
    with pytest.raises(error) as caught:
        run(*paths)
    assert str(caught.value).isprintable()
    return str(caught.value)


# --- what is indexed ---


def test_the_index_holds_exactly_the_documents_under_the_paths(
    write_corpus: WriteCorpus, run: Run, tmp_path: Path
) -> None:
    never = dict.fromkeys(
        ["README.md", "SOURCES.md", "LICENSE", "_x.md", ".x.md", "sub/_y/z.md"], "These words are not in."
    )
    report = run(write_corpus({**FILES, **never}))
    index = Index(tmp_path / "index")
    assert index.doc_ids == ["cost.html", "effects.md", "sub/driving.txt"]
    assert (report.n_documents, report.skipped, report.duplicates) == (3, (), ())
    assert (report.n_chunks, report.n_sentences) == (index.manifest.n_chunks, index.manifest.n_sentences)
    assert report.fingerprint == index.fingerprint
    run(tmp_path / "corpus" / "sub")
    assert Index(tmp_path / "index").doc_ids == ["driving.txt"]


def test_every_unusable_file_is_skipped_with_its_reason(
    write_corpus: WriteCorpus, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus(
        {
            **FILES,
            "a.doc": b"PK",
            "b.txt": b"",
            "c.txt": b"\x89PNG\r\n\x1a\n" + bytes(99),
            "d.md": "---\ntitle: A: b\n---\nWords.\n",
            "e.txt": "closed words",
            "f.html": "<html></html>",
            "g\nh.xyz": "words",
        }
    )
    os.mkfifo(corpus / "pipe.txt")
    (corpus / "self.md").symlink_to("self.md")
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "e.txt":
            raise PermissionError(13, "Permission denied")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    report = run(corpus)
    assert report.n_documents == 3
    assert {s.doc_id: s.reason.split("; ")[0].split(": ")[0] for s in report.skipped} == {
        "a.doc": "unsupported type .doc",
        "b.txt": "empty file",
        "c.txt": "not text in any known encoding",
        "d.md": "front matter is not YAML (line 2)",
        "e.txt": "cannot be read",
        "f.html": "no main text found in the page",
        "g\nh.xyz": "unsupported type .xyz",
        "pipe.txt": "not a regular file",
        "self.md": "not a regular file",
    }
    assert all(s.reason.isprintable() for s in report.skipped)
    assert stale_reason(tmp_path / "index") is None, "a file that cannot be used does not make the index stale for ever"


def test_files_with_the_same_bytes_are_indexed_once(write_corpus: WriteCorpus, run: Run, tmp_path: Path) -> None:
    report = run(
        write_corpus({"b.md": "The same words.", "a.md": "The same words.", "c.md": "Other words stand here."})
    )
    assert [(d.doc_id, d.reason) for d in report.duplicates] == [("b.md", "same content as a.md")]
    assert Index(tmp_path / "index").doc_ids == ["a.md", "c.md"]


def test_two_paths_may_hold_the_same_relative_name(run: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text(f"The words of {name}.")
    run(tmp_path / "one", tmp_path / "two")
    index = Index(tmp_path / "index")
    assert {i: index.document(i).text for i in index.doc_ids} == {
        "a.md": "The words of one.",
        "two/a.md": "The words of two.",
    }
    assert stale_reason(tmp_path / "index") is None


def test_strange_names_are_indexed_or_skipped_but_never_crash(
    write_corpus: WriteCorpus, run: Run, tmp_path: Path
) -> None:
    corpus = write_corpus({"a\nb.md": "Words of one.", "é 😀#?%.md": "Words of two."})
    Path(os.fsdecode(os.fsencode(corpus) + b"/caf\xe9.md")).write_text("Words of three.")
    report = run(corpus)
    assert Index(tmp_path / "index").doc_ids == ["a\nb.md", "é 😀#?%.md"]
    assert [s.reason for s in report.skipped] == ["file name is not UTF-8; rename it"]
    assert stale_reason(tmp_path / "index") is None


def test_unusual_text_is_indexed_whole(write_corpus: WriteCorpus, run: Run, tmp_path: Path) -> None:
    files = {
        "run.txt": "x" * 30_000,
        "cjk.md": "氯胺酮很安全。" * 500,
        "emoji.md": "Words " + "👩‍⚕️" * 900,
        "marks.txt": "Zalgo e" + "\u0301\u0323" * 900,
        "nul.md": "\x00words\u200b \u202eof\x00 all kinds stand here, and more of them do after that one\u2028too."
        + " It goes on." * 9,
        "stop.md": "the and of",
        "fence.md": "One sentence stands.\n\n```\n" + "code\n" * 3000 + "```\n\nAnother one stands.\n",
    }
    report = run(write_corpus(files))
    assert (report.n_documents, report.skipped) == (len(files), ())
    index = Index(tmp_path / "index")
    for number in range(report.n_chunks):
        chunk = index.chunk(number)
        assert chunk.text == index.document(chunk.doc_id).text[chunk.span.start : chunk.span.end]
        assert chunk.token_count <= Chunking().max_tokens


def test_chunks_fit_an_encoder_that_reads_little(
    write_corpus: WriteCorpus, run: Run, tmp_path: Path, small_encoder: Encoder
) -> None:
    run(write_corpus({"a.txt": "Some words stand here for you. " * 60}), encoder=small_encoder)
    index = Index(tmp_path / "index")
    sizes = [small_encoder.count_pieces([index.chunk(n).text])[0] for n in range(index.manifest.n_chunks)]
    assert max(sizes) <= small_encoder.max_pieces - 2
    assert stale_reason(tmp_path / "index", encoder_name=small_encoder.name) is None


def test_a_passage_is_found_by_its_meaning_and_by_its_words(
    write_corpus: WriteCorpus, tmp_path: Path, real_encoder: MiniLmEncoder
) -> None:
    ingest([write_corpus(FILES)], index=tmp_path / "index", encoder=real_encoder)
    index = Index(tmp_path / "index")
    ids, _ = index.dense.search(real_encoder.encode(["Can I take my car home afterwards?"])[0], 1)
    assert index.chunk(int(ids[0])).doc_id == "sub/driving.txt"
    assert index.chunk(int(index.lexical.scores(["dizzi"]).argmax())).doc_id == "effects.md"
    assert index.manifest.encoder == real_encoder.name


# --- errors leave the old index ---


def test_a_missing_folder_is_one_line_and_the_old_index_stays(
    write_corpus: WriteCorpus, run: Run, tmp_path: Path
) -> None:
    before = run(write_corpus(FILES)).fingerprint
    message = refused(CorpusError, run, tmp_path / "gone")
    assert message == f"no such file or folder: {tmp_path}/gone; name a folder of documents"
    assert Index(tmp_path / "index").fingerprint == before


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, ""),
        ({"README.md": "words", "_x.md": "words"}, ""),
        ({"a.doc": b"PK"}, " (a.doc: unsupported type .doc;"),
        ({"a\nb.txt": b""}, r" (a\nb.txt: empty file)"),
    ],
)
def test_nothing_usable_is_one_line_and_the_old_index_stays(
    write_corpus: WriteCorpus, run: Run, tmp_path: Path, files: dict[str, str | bytes], reason: str
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.md").write_text("The old words stand here.")
    before = run(tmp_path / "other").fingerprint
    message = refused(CorpusError, run, write_corpus(files))
    assert message.startswith(f"no usable document in {tmp_path}/corpus{reason}")
    assert message.endswith(f"; add documents ({', '.join(SUFFIXES)}) and run it again")
    assert Index(tmp_path / "index").fingerprint == before


def test_a_second_run_at_the_same_time_is_refused(write_corpus: WriteCorpus, run: Run, tmp_path: Path) -> None:
    with writing(tmp_path / "index"):
        assert "another ingest is writing" in refused(IndexLockedError, run, write_corpus(FILES))


def test_a_file_in_place_of_the_index_is_refused_and_kept(write_corpus: WriteCorpus, run: Run, tmp_path: Path) -> None:
    (tmp_path / "index").write_text("mine")
    assert "name another with --index" in refused(IndexLockedError, run, write_corpus(FILES))
    assert (tmp_path / "index").read_text() == "mine"


# --- same content, same index; other content, stale ---


def test_the_fingerprint_knows_content_and_not_time_or_place(
    write_corpus: WriteCorpus, run: Run, tmp_path: Path, fake_encoder: Encoder
) -> None:
    corpus = write_corpus(FILES)
    first = run(corpus).fingerprint
    os.utime(corpus / "effects.md", (0, 0))
    assert run(corpus).fingerprint == first
    corpus = corpus.rename(tmp_path / "moved")
    assert ingest([corpus], index=tmp_path / "index 2", encoder=fake_encoder).fingerprint == first
    (corpus / "effects.md").write_text("Other words stand here now.")
    assert run(corpus).fingerprint != first


def test_an_index_is_stale_when_its_documents_or_settings_change(
    write_corpus: WriteCorpus, run: Run, tmp_path: Path, fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    assert stale_reason(index) == "there is no index yet"
    corpus = write_corpus(FILES)
    run(corpus)
    assert stale_reason(index, encoder_name=fake_encoder.name) is None
    assert stale_reason(index, encoder_name="other") == "it was built with another encoder"
    assert stale_reason(index, chunking=Chunking(max_tokens=9)) == "it was cut with other settings"
    with monkeypatch.context() as patched:
        patched.setattr("ragbot.ingestion.staleness.reading_signature", lambda: "of another version")
        assert stale_reason(index) == "this version reads documents otherwise"
    (part,) = index.glob("generations/*/words.json")
    part.rename(part.with_name("away.json"))
    assert stale_reason(index) == "the index is of another format or damaged"
    part.with_name("away.json").rename(part)
    changed = "documents were added, changed or removed"
    write_corpus({"new.md": "New words stand here."})
    assert stale_reason(index) == changed
    (corpus / "new.md").rename(corpus / "_new.md")
    assert stale_reason(index) is None
    write_corpus({"effects.md": "Other words stand here."})
    assert stale_reason(index) == changed
    write_corpus({"effects.md": FILES["effects.md"]})
    assert stale_reason(index) is None
    (corpus / "cost.html").unlink()
    assert stale_reason(index) == changed
    manifest = index / "generations" / Index(index).generation / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"encoder"', '"other"'))
    assert stale_reason(index) == "the index is of another format or damaged"


def test_an_index_inside_its_own_corpus_is_no_document_and_not_stale(
    write_corpus: WriteCorpus, fake_encoder: Encoder
) -> None:
    corpus = write_corpus(FILES)
    for _ in range(2):
        report = ingest([corpus], index=corpus / "index", encoder=fake_encoder)
        assert (report.n_documents, report.skipped) == (3, ())
        assert stale_reason(corpus / "index") is None


def test_without_paths_the_ones_of_the_index_are_read_again(
    write_corpus: WriteCorpus, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(write_corpus(FILES) / "sub")
    write_corpus({"sub/more.md": "More words stand here."})
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")  # the stored paths do not depend on where one stands
    run()
    assert Index(tmp_path / "index").doc_ids == ["driving.txt", "more.md"]
    assert [p.resolve() for p in indexed_paths(tmp_path / "index")] == [tmp_path / "corpus" / "sub"]


def test_the_folder_may_move_together_with_its_index(write_corpus: WriteCorpus, run: Run, tmp_path: Path) -> None:
    run(write_corpus(FILES))
    (tmp_path / "new").mkdir()
    (tmp_path / "corpus").rename(tmp_path / "new" / "corpus")
    with pytest.raises(CorpusError, match="no such file or folder"):
        stale_reason(tmp_path / "index")
    (tmp_path / "index").rename(tmp_path / "new" / "index")
    assert stale_reason(tmp_path / "new" / "index") is None


def test_the_corpus_folder_is_the_default_only_without_an_index(
    write_corpus: WriteCorpus, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_corpus(FILES)
    monkeypatch.chdir(tmp_path)
    assert run().n_documents == 3
    assert read_manifest(tmp_path / "index").paths == ("../corpus",)


def _of_format_1(generation: Path) -> None:
    manifest = json.loads((generation / "manifest.json").read_text())
    kept = ("encoder", "chunking", "paths")  # of what format 1 told
    (generation / "manifest.json").write_text(
        json.dumps({"format_version": 1} | {name: manifest[name] for name in kept})
    )
    (generation / "parts.json").unlink()
    (generation / "files.json").unlink()


@pytest.mark.parametrize(
    "damage",
    [
        _of_format_1,
        lambda generation: (generation / "files.json").write_text("{"),
        lambda generation: (generation / "parts.json").unlink(),
        lambda generation: (generation / "manifest.json").write_text("{"),
        lambda generation: (generation / "manifest.json").unlink(),
        lambda generation: (generation.parents[1] / "current").unlink(),
        lambda generation: (generation.parents[1] / "current").write_text("000009-gone\n"),
    ],
)
def test_an_index_that_cannot_be_used_is_built_anew_from_its_own_folders_and_never_from_corpus(
    write_corpus: WriteCorpus, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_corpus({"shipped.md": "The shipped words stand here."})
    clinic = tmp_path / "clinic"
    clinic.mkdir()
    for words in ("The old words stand here.", "The clinic's words stand here."):  # two generations
        (clinic / "own.md").write_text(words)
        run(clinic)
    damage(tmp_path / "index" / "generations" / Index(tmp_path / "index").generation)
    assert indexed_paths(tmp_path / "index") == [Path("clinic")]
    assert stale_reason(tmp_path / "index") is not None
    run()
    index = Index(tmp_path / "index")
    assert [index.document(name).text for name in index.doc_ids] == ["The clinic's words stand here."]


@pytest.mark.parametrize("manifest", ["{", "[]", '{"paths": []}', '{"paths": ["a", 3]}', '{"paths": "corpus"}'])
def test_an_index_that_does_not_tell_its_folders_asks_for_them(
    write_corpus: WriteCorpus, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manifest: str
) -> None:
    monkeypatch.chdir(tmp_path)
    corpus, index = write_corpus(FILES), tmp_path / "index"
    run(corpus)
    generation = Index(index).generation
    (index / "generations" / generation / "manifest.json").write_text(manifest)
    line = (
        f"the index at {index} does not tell from which folders it was built; "
        f"name the folders: ragbot ingest FOLDER --index {index}"
    )
    assert refused(CorpusError, run) == line
    with pytest.raises(CorpusError, match="name the folders"):
        stale_reason(index)
    assert (index / "current").read_text() == f"{generation}\n"
    assert run(corpus).n_documents == 3, "with a path it is built anew"


@pytest.mark.parametrize("left", ["current", "generations/000001-aa/x"])
def test_what_is_left_of_an_index_is_an_index(
    write_corpus: WriteCorpus, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_corpus(FILES)
    (tmp_path / "index" / left).parent.mkdir(parents=True)
    (tmp_path / "index" / left).write_text("000001-aa\n")
    assert "name the folders" in refused(CorpusError, run)


def test_a_first_run_that_was_killed_leaves_no_index(
    write_corpus: WriteCorpus, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_corpus(FILES)
    (tmp_path / "index" / "generations" / ".writing-1").mkdir(parents=True)
    assert indexed_paths(tmp_path / "index") == [Path("corpus")]
    assert run().n_documents == 3


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_path_whose_own_name_is_not_utf_8_is_one_line(run: Run, tmp_path: Path, kind: str) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md"))
    if kind == "folder":
        path.mkdir()
        (path / "a.md").write_text("The words stand here.")
    else:
        path.write_text("The words stand here.")
    assert refused(CorpusError, run, path) == rf"the name of {tmp_path}/caf\udce9.md is not UTF-8; rename it"


def test_progress_runs_through_every_stage_to_its_end(
    write_corpus: WriteCorpus, tmp_path: Path, fake_encoder: Encoder
) -> None:
    steps: list[tuple[str, int, int]] = []
    ingest(
        [write_corpus(FILES)],
        index=tmp_path / "index",
        encoder=fake_encoder,
        progress=lambda stage, done, total: steps.append((stage, done, total)),
    )
    assert list(dict.fromkeys(stage for stage, _, _ in steps)) == ["reading", "embedding", "writing"]
    for stage in ("reading", "embedding", "writing"):
        done = [d for s, d, _ in steps if s == stage]
        assert done == sorted(done)
        totals = [total for s, _, total in steps if s == stage]
        assert set(totals) <= {0, done[-1]}, "0 while it is not known yet"
        assert totals[-1] == done[-1]
