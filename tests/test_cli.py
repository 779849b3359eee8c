"""The command `ragbot`: what it prints where, how it exits, and that every error is one line with the next step."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from ragbot import __version__
from ragbot.cli import app
from ragbot.datatypes import DISCLAIMER

WriteCorpus = Callable[[Mapping[str, str | bytes]], Path]
HERE = {k: v for k, v in os.environ.items() if not k.startswith("RAGBOT_")} | {
    "PYTHONPATH": str(Path(__file__).parents[1])
}
COMMANDS = sorted(typer.main.get_command(app).commands)
FILES = {
    "driving.md": "---\ntitle: Going home\n---\n# Driving\n\nDo not drive until the next day. Ask for a lift home.\n",
    "bom.txt": b"\xef\xbb\xbfNausea\r\n\r\nNausea fades within two hours of the infusion.\r\nIt can come back.\r\n",
    "sub/cost.html": "<html><body><main><h1>Cost</h1><p>Most plans refuse to pay for it.</p></main></body></html>",
}


class Result:
    """What a command printed and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> dict[str, Any]:
        (line,) = self.out.splitlines()
        values: dict[str, Any] = json.loads(line)
        return values

    def is_one_line(self, code: int) -> str:
        """The one line on stderr, if that is all there is."""
        assert (self.code, self.out) == (code, ""), (self.out, self.err)
        (line,) = self.err.splitlines()
        assert line.isprintable()
        return line


@pytest.fixture
def ragbot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, light_models: None) -> Callable[..., Result]:
    """Run `ragbot` in `tmp_path` with light models and without settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("INDEX", "ENCODER", "SYNONYMS", "THRESHOLD", "HOST", "PORT"):
        monkeypatch.delenv(f"RAGBOT_{name}", raising=False)

    def run(*arguments: object) -> Result:
        result = CliRunner().invoke(app, [str(a) for a in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Result(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def indexed(ragbot: Callable[..., Result], write_corpus: WriteCorpus) -> Callable[..., Result]:
    """As `ragbot`, in a folder with a corpus and its index."""
    write_corpus(FILES)
    assert ragbot("ingest").code == 0
    return ragbot


# --- help ---


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(ragbot: Callable[..., Result], command: str) -> None:
    result = ragbot(command, "--help")
    assert result.code == 0
    assert f"{command} [OPTIONS]" in result.out
    assert (app_help := typer.main.get_command(app).commands[command].help)
    assert app_help.split(".")[0].split()[0] in result.out


def test_the_commands_are_those_of_the_contract() -> None:
    assert {"ingest", "ask", "evaluate", "doctor", "show", "serve"} <= set(COMMANDS)


def test_help_and_version_answer_without_loading_a_heavy_library() -> None:
    heavy = "{'torch', 'faiss', 'gradio', 'sentence_transformers', 'bm25s', 'tiktoken', 'trafilatura', 'numpy'}"
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom ragbot.cli import app\n"
        "result = CliRunner().invoke(app, sys.argv[1:])\nassert result.exit_code == 0, result.output\n"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    for argument in ("--help", "--version"):
        done = subprocess.run([sys.executable, "-c", code, argument], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"


def test_the_version_is_printed(ragbot: Callable[..., Result]) -> None:
    assert ragbot("--version").out == f"{__version__}\n"


def test_an_answer_is_printed_as_markdown_to_keep(indexed: Callable[..., Result]) -> None:
    kept = indexed("ask", "When may I drive?", "--markdown", "--threshold", 0)
    assert kept.code == 0
    assert kept.out.startswith("# Ask the Articles: questions and answers\n\nSaved on ")
    assert f"**{DISCLAIMER}**" in kept.out
    assert "\n## 1. When may I drive?\n" in kept.out
    assert "\n> Do not drive until the next day." in kept.out
    assert "\n— [1] **Going home** › Driving\\\ndriving.md, characters " in kept.out


@pytest.mark.parametrize("other", ["--json", "--explain"])
def test_markdown_is_a_format_by_itself(indexed: Callable[..., Result], other: str) -> None:
    result = indexed("ask", "What helps?", "--markdown", other)
    assert result.code == 2
    assert "leave out --json, --explain and --questions" in result.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["ask", "--fly"],
        ["ask", "x", "--threshold", "2"],
        ["ask", "x", "--threshold", "-0.1"],
        ["ask", "x", "--threshold", "much"],
        ["evaluate"],
        ["show"],
    ],
)
def test_wrong_usage_exits_2(ragbot: Callable[..., Result], arguments: list[str]) -> None:
    result = ragbot(*arguments)
    assert (result.code, result.out) == (2, "")
    assert "Usage" in result.err


# --- ingest ---


def test_ingest_reads_corpus_into_index_and_tells_what_it_did(
    ragbot: Callable[..., Result], write_corpus: WriteCorpus, tmp_path: Path
) -> None:
    write_corpus(FILES)
    result = ragbot("ingest")
    assert result.code == 0
    assert result.out.startswith("index: 3 documents, 3 passages, ")
    assert "0 skipped, 0 duplicates, fingerprint " in result.out
    assert "embedding" in result.err
    assert (tmp_path / "index" / "current").is_file()


def test_after_ingest_of_paths_the_index_holds_exactly_these(indexed: Callable[..., Result]) -> None:
    assert "1 documents" in indexed("ingest", "corpus/sub").out
    assert indexed("ingest").out.startswith("index: 1 documents"), "without a path the stored ones are read again"


def test_each_skipped_file_is_one_plain_line_with_its_escaped_name(
    ragbot: Callable[..., Result], write_corpus: WriteCorpus
) -> None:
    long_name = "n" * 200 + ".docx"
    write_corpus(
        {**FILES, "a\nb\x1b[31m.xyz": "words", "é.pdfx": "words", long_name: "PK", "twin.md": FILES["driving.md"]}
    )
    result = ragbot("ingest")
    assert result.code == 0
    lines = [line for line in result.err.splitlines() if line.startswith("skipped ")]
    assert {line.split(": ")[0] for line in lines} == {
        r"skipped a\nb\u001b[31m.xyz",
        r"skipped \u00e9.pdfx",
        f"skipped {long_name}",
        "skipped twin.md",
    }
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert "3 skipped, 1 duplicates" in result.out


def test_a_name_in_the_reason_forges_no_line_and_what_was_skipped_is_told_also_when_nothing_is_usable(
    ragbot: Callable[..., Result], write_corpus: WriteCorpus
) -> None:
    write_corpus({"a\nfake.md": "The same words.", "b.md": "The same words.", "c.x\nskipped d\x1b[2Jé": "words"})
    lines = [line for line in ragbot("ingest").err.splitlines() if line.startswith("skipped ")]
    assert lines[1:] == [r"skipped b.md: same content as a\nfake.md"]
    (Path("corpus") / "a\nfake.md").unlink()
    (Path("corpus") / "b.md").unlink()
    result = ragbot("ingest")
    assert result.code == 1
    told = [line for line in result.err.splitlines() if line.startswith("skipped ")]
    assert [line.split("; ")[0] for line in told] == [
        r"skipped c.x\nskipped d\u001b[2J\u00e9: unsupported type .x\nskipped d\x1b[2J\u00e9"
    ]
    assert result.err.splitlines()[-1].startswith("no usable document in corpus (c.x")


def test_strict_exits_1_when_a_file_was_skipped_and_the_new_index_is_current(
    ragbot: Callable[..., Result], write_corpus: WriteCorpus
) -> None:
    write_corpus(FILES)
    assert ragbot("ingest", "--strict").code == 0
    write_corpus({"a.xyz": "words", "new.md": "New words stand here.\n"})
    result = ragbot("ingest", "--strict")
    assert result.code == 1
    assert "4 documents" in result.out
    assert ragbot("show", "new.md").code == 0


def test_a_missing_folder_is_one_line_and_the_old_index_stays(indexed: Callable[..., Result]) -> None:
    line = indexed("ingest", "gone").is_one_line(1)
    assert line == "no such file or folder: gone; name a folder of documents"
    assert indexed("show", "driving.md").code == 0


@pytest.mark.parametrize("files", [{}, {"a.docx": b"PK"}, {"README.md": "words"}])
def test_an_empty_corpus_is_one_line_and_the_old_index_stays(
    indexed: Callable[..., Result], tmp_path: Path, files: dict[str, bytes | str]
) -> None:
    (tmp_path / "empty").mkdir()
    for name, content in files.items():
        (tmp_path / "empty" / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    result = indexed("ingest", "empty")
    assert (result.code, result.out) == (1, "")
    last = result.err.splitlines()[-1]
    assert last.startswith("no usable document in empty")
    assert last.endswith(", .pdf) and run it again")
    assert indexed("show", "driving.md").code == 0


def test_an_index_folder_that_cannot_be_written_is_one_line(indexed: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    line = indexed("ingest", "corpus", "--index", "file").is_one_line(1)
    assert line.startswith("cannot write to file (")
    assert line.endswith("; name another with --index")
    if Path("/proc/self").exists():  # read-only for everyone, root included
        assert indexed("ingest", "corpus", "--index", "/proc/index").is_one_line(1).startswith("cannot write to /proc/")


def test_if_stale_does_nothing_when_the_index_is_current(
    indexed: Callable[..., Result], write_corpus: WriteCorpus
) -> None:
    assert indexed("ingest", "--if-stale").is_one_line(0) == "index is current"
    write_corpus({"new.md": "New words stand here.\n"})
    assert "4 documents" in indexed("ingest", "--if-stale").out


def test_the_end_table_says_what_became_of_every_file(indexed: Callable[..., Result], tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (corpus / "driving.md").write_text("# Driving\n\nDrive the next day.\n")
    (corpus / "bom.txt").rename(corpus / "sick\n\x1b[31m.txt")
    (corpus / "sub" / "cost.html").unlink()
    for n in range(7):
        (corpus / f"new{n}.md").write_text(f"The number {n} stands here.\n")
    (corpus / "twin.md").write_text("The number 0 stands here.\n")
    (corpus / "a.xyz").write_text("words")
    out = indexed("ingest").out
    assert "new4.md" in out, "the first five are named"
    assert "new5.md" not in out
    assert "… 2 more" in out
    lines = {
        cells[1]: cells[2:]
        for line in out.splitlines()
        if len(cells := [cell.strip() for cell in line.split("│")]) == 5
    }
    assert {what: cells[0] for what, cells in lines.items() if what} == {
        "added": "7", "changed": "1", "renamed": "1", "removed": "1", "unchanged": "0",
        "duplicates": "1", "near-duplicates": "0", "skipped": "1",
    }  # fmt: skip
    assert lines["changed"][1] == "driving.md"
    assert lines["renamed"][1] == "bom.txt → sick \\u001b[31m.txt"
    assert lines["duplicates"][1] == "twin.md: same content as new0.md"
    assert lines["skipped"][1].startswith("a.xyz: unsupported type .xyz; supported: ")


def test_an_unchanged_folder_says_so_and_leaves_the_index(indexed: Callable[..., Result], tmp_path: Path) -> None:
    before = (tmp_path / "index" / "current").read_text()
    result = indexed("ingest")
    assert result.out.endswith("nothing changed: index stays as it is\n")
    assert (tmp_path / "index" / "current").read_text() == before


def test_the_report_as_json_is_one_line_and_holds_every_name(
    ragbot: Callable[..., Result], write_corpus: WriteCorpus
) -> None:
    write_corpus({**FILES, "é\n.xyz": "words"})
    result = ragbot("ingest", "--json")
    assert result.out.isascii()
    values = result.json
    assert values["added"] == ["bom.txt", "driving.md", "sub/cost.html"]
    assert [one["doc_id"] for one in values["skipped"]] == ["é\n.xyz"]
    assert (values["n_documents"], values["switched"], values["is_unchanged"]) == (3, True, False)
    assert "answers" not in values


def test_a_dry_run_tells_everything_and_leaves_the_index(
    indexed: Callable[..., Result], write_corpus: WriteCorpus
) -> None:
    write_corpus({"new.md": "New words stand here.\n"})
    result = indexed("ingest", "--dry-run")
    assert (result.code, result.out.splitlines()[-1]) == (0, "dry run: index stays as it is")
    assert result.out.startswith("index: 4 documents")
    assert indexed("show", "new.md").code == 1
    assert indexed("ingest", "--dry-run", "--json").json["switched"] is False


def test_questions_show_what_a_deleted_document_takes_along(indexed: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("Can I drive the next day?\nhello\nDoes nausea fade after the infusion?\n")
    surely = indexed("ask", "Can I drive the next day?", "--json").json["confidence"] - 0.001
    (tmp_path / "corpus" / "driving.md").unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAGBOT_THRESHOLD", str(surely))
        answers = indexed("ingest", "--dry-run", "--questions", "q.txt", "--json").json["answers"]
        table = " ".join(indexed("ingest", "--questions", "q.txt").out.split())
    assert (answers["n_questions"], answers["n_vanished"]) == (3, 1)
    change = answers["changes"][0]
    assert (change["id"], change["change"], change["old"]["document"]) == ("q:1", "vanished", "driving.md")
    assert "Answers to 3 questions: 1 vanished, 0 appeared" in table
    assert "“Do not drive until" in table
    assert "vanished: answered before, not any more" in table


def test_questions_about_what_did_not_change_or_was_not_there_are_not_asked(
    ragbot: Callable[..., Result], write_corpus: WriteCorpus, tmp_path: Path
) -> None:
    write_corpus(FILES)
    (tmp_path / "q.txt").write_text("Can I drive?\n")
    assert "answers not compared: there was no index before\n" in ragbot("ingest", "--questions", "q.txt").out
    assert "answers not compared: nothing changed\n" in ragbot("ingest", "--questions", "q.txt").out
    values = ragbot("ingest", "--questions", "q.txt", "--json").json
    assert (values["answers"], values["answers_not_compared"]) == (None, "nothing changed")


def test_a_minimum_that_is_not_reached_is_one_line_and_the_old_index_stays(
    indexed: Callable[..., Result], tmp_path: Path
) -> None:
    gold = {"document": "driving.md", "text": "Do not drive until the next day."}
    (tmp_path / "q.jsonl").write_text(json.dumps({"id": "q1", "question": "Can I drive?", "answers": [gold]}))
    (tmp_path / "corpus" / "driving.md").unlink()
    command = ("ingest", "--questions", "q.jsonl", "--min", "right@1=0.5")
    result = indexed(*command)
    assert result.code == 1
    line = "right@1 is 0.0000, wanted at least 0.5 (1 answers no longer in the documents); the old index stays"
    assert result.err.splitlines()[-1] == line
    assert "Answers to 1 questions" in result.out
    assert indexed("show", "driving.md").code == 0
    refused = indexed(*command, "--json")
    assert refused.code == 1
    assert refused.json["refused"] == line
    assert refused.json["answers"]["n_questions"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["--min", "right@1=0.5"], 2, "--min measures answers; name a file of questions with their answers: "),
        (["--watch", "--dry-run"], 2, "--watch builds again and again; leave out --dry-run, --strict and --if-stale"),
        (["--questions", "none.txt"], 1, "cannot read none.txt"),
        (["--questions", "none.txt", "--watch"], 1, "cannot read none.txt"),
        (["--questions", "q.txt", "--min", "right"], 1, "--min 'right' is not MEASURE=VALUE"),
        (["--questions", "q.txt", "--min", "luck=1"], 1, "no measure 'luck'"),
    ],
)
def test_what_is_wrong_with_the_questions_is_one_line_before_anything_is_built(
    ragbot: Callable[..., Result], write_corpus: WriteCorpus, tmp_path: Path, arguments: list[str], code: int, line: str
) -> None:
    write_corpus(FILES)
    (tmp_path / "q.txt").write_text("Can I drive?\n")
    assert ragbot("ingest", *arguments).is_one_line(code).startswith(line)
    assert not (tmp_path / "index" / "current").exists()


# --- ask: one question ---


def test_an_answer_is_text_with_source_and_disclaimer(indexed: Callable[..., Result]) -> None:
    result = indexed("ask", "Can I drive the next day?", "--threshold", "0")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("[1] “Do not drive until the next day.")
    assert "Going home › Driving · driving.md" in result.out
    assert result.out.rstrip().endswith(DISCLAIMER)


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("Can I drive?", "answered"),
        ("i'm going to kill myself", "emergency"),
        ("hello", "small_talk"),
        ("x" * 100_000, "no_answer"),
        ("", "no_answer"),
        ("😀", "no_answer"),
    ],
)
def test_json_has_exactly_the_fields_of_the_contract_and_exits_0(
    indexed: Callable[..., Result], question: str, outcome: str
) -> None:
    result = indexed("ask", question, "--json", "--threshold", "0")
    assert (result.code, result.err) == (0, "")
    assert result.out.isascii()
    values = result.json
    assert list(values)[:9] == [
        "question", "outcome", "confidence", "message", "quotes", "nearest", "disclaimer", "index", "seconds",
    ]  # fmt: skip
    optional = {"footer", "understood", "searched_also", "unknown_words", "also_asked", "try_instead", "scope"}
    assert set(values) - set(list(values)[:9]) <= optional
    assert (values["question"], values["outcome"]) == (question, outcome)
    assert isinstance(values["confidence"], float)
    assert isinstance(values["seconds"], float)
    assert (values["message"] is None) == (outcome == "answered") == bool(values["quotes"])
    assert values["confidence"] == 0 or outcome == "answered"
    for quote in values["quotes"]:
        assert {name: type(value) for name, value in quote.items() if name not in ("also_in", "page", "published")} == {
            "text": str, "highlights": list, "document": str, "title": str, "section": list,
            "start": int, "end": int, "sha256": str,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "scope", "searched"),
    [
        (["--only", "sub/*"], {"documents": ["sub/*"]}, {"sub/cost.html"}),
        (["--only", "sub/*", "--only", "bom.txt"], {"documents": ["sub/*", "bom.txt"]}, {"sub/cost.html", "bom.txt"}),
        (["--kind", "poem"], {"kinds": ["poem"]}, set()),
        (["--kind", "", "--since", "2023"], {"kinds": [""], "since": "2023"}, set()),
        (["--kind", ""], None, {"driving.md", "bom.txt", "sub/cost.html"}),
    ],
)
def test_only_what_is_chosen_is_searched_and_the_answer_says_so(
    indexed: Callable[..., Result], options: list[str], scope: dict[str, Any] | None, searched: set[str]
) -> None:
    values = indexed("ask", "Can I drive?", "--json", "--threshold", "0", *options).json
    assert values.get("scope") == scope
    assert {quote["document"] for quote in values["quotes"]} <= searched
    assert bool(values["quotes"]) == bool(searched)


def test_an_old_or_superseded_source_is_said_to_be_so_under_its_quote(
    indexed: Callable[..., Result], write_corpus: WriteCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = "---\ntitle: Taxis\npublished: 2012-05\nsuperseded_by: ../driving.md\n---\n"
    write_corpus({"old/taxi.md": f"{front}Ask the clinic for a zebra taxi.\n"})
    assert indexed("ingest").code == 0
    asked = ("ask", "Who calls the zebra taxi?", "--threshold", "0", "--only", "old/*")
    out = indexed(*asked).out
    assert "This document is superseded by “Going home” (driving.md).\n" in out
    assert "This source was published in 2012 and may be out of date.\n" in out
    monkeypatch.setenv("RAGBOT_OLD_AFTER_YEARS", "0")
    assert "out of date" not in indexed(*asked).out
    (quote,) = indexed(*asked, "--json").json["quotes"]
    assert quote["superseded_by"] == "driving.md"
    assert "cautions" not in quote  # they depend on the day


def test_a_date_that_is_none_is_one_line_and_exit_2(indexed: Callable[..., Result]) -> None:
    line = indexed("ask", "Can I drive?", "--since", "lately").is_one_line(2)
    assert line == "cannot search since 'lately'; write a year, a month or a day: 2023, 2023-05 or 2023-05-31"


def test_explain_tells_only_of_what_is_chosen(indexed: Callable[..., Result]) -> None:
    out = indexed("ask", "Can I drive?", "--explain", "--only", "bom.txt").out
    assert "bom.txt" in out
    assert "driving.md" not in out


def test_a_row_may_have_a_scope_of_its_own(indexed: Callable[..., Result], tmp_path: Path) -> None:
    rows = [
        {"id": "a", "question": "Can I drive the next day?"},
        {"id": "b", "question": "Can I drive the next day?", "scope": {"documents": ["bom.txt"]}},
        {"id": "c", "question": "Can I drive the next day?", "scope": {}},
        {"id": "d", "question": "Can I drive the next day?", "scope": {"since": "soon"}},
        {"id": "e", "question": "i'm going to kill myself", "scope": "nonsense"},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    out = indexed("ask", "--questions", "rows.jsonl", "--json", "--threshold", "0", "--only", "sub/*").out
    a, b, c, d, e = map(json.loads, out.splitlines())
    assert [quote["document"] for quote in a["quotes"]] == ["sub/cost.html"]
    assert {quote["document"] for quote in b["quotes"]} == {"bom.txt"}
    assert c["quotes"][0]["document"] == "driving.md"
    assert "scope" not in c
    assert (d["outcome"], d["message"][:26]) == ("no_answer", "cannot search since 'soon'")
    assert e["outcome"] == "emergency"


def test_quotes_of_md_and_txt_files_are_slices_of_the_decoded_file(
    indexed: Callable[..., Result], tmp_path: Path
) -> None:
    seen = set()
    for question in ("Can I drive home?", "How long does nausea last after the infusion?", "who pays"):
        for quote in indexed("ask", question, "--json", "--threshold", "0").json["quotes"]:
            seen.add(quote["document"])
            if quote["document"].endswith(".html"):
                text = indexed("show", quote["document"]).out
            else:
                text = (tmp_path / "corpus" / quote["document"]).read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
            assert quote["text"] == text[quote["start"] : quote["end"]]
            assert all(0 <= start < end <= len(quote["text"]) for start, end in quote["highlights"])
    assert seen == {"driving.md", "bom.txt", "sub/cost.html"}


def test_the_same_question_prints_the_same_bytes_but_for_the_seconds(indexed: Callable[..., Result]) -> None:
    one, two = (indexed("ask", "Can I drive?", "--json").json for _ in range(2))
    assert one.pop("seconds") >= 0
    assert two.pop("seconds") >= 0
    assert json.dumps(one) == json.dumps(two)


def test_the_threshold_shows_or_refuses_with_the_same_confidence(indexed: Callable[..., Result]) -> None:
    shown = indexed("ask", "Can I drive?", "--json", "--threshold", "0").json
    refused = indexed("ask", "Can I drive?", "--json", "--threshold", "1").json
    assert (shown["outcome"], refused["outcome"]) == ("answered", "no_answer")
    assert shown["confidence"] == refused["confidence"] > 0
    assert refused["quotes"] == []
    assert refused["nearest"] == shown["quotes"]


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("", "the question is empty; type a question and ask again"),
        (" \n ", "the question is empty; type a question and ask again"),
        ("😀😀", "the question has no letters; type it in words and ask again"),
        ("x" * 100_000, "the question has 100,000 characters; shorten it to 2,000 and ask again"),
    ],
)
def test_an_unusable_question_is_one_line_and_exit_2(indexed: Callable[..., Result], question: str, line: str) -> None:
    assert indexed("ask", question).is_one_line(2) == line


def test_a_question_and_a_file_of_questions_are_one_too_many(indexed: Callable[..., Result]) -> None:
    line = "give a question, or --questions FILE; see: ragbot ask --help"
    assert indexed("ask").is_one_line(2) == line
    assert indexed("ask", "x", "--questions", "q.jsonl").is_one_line(2) == line


def test_a_missing_index_is_one_line_that_names_the_command(ragbot: Callable[..., Result]) -> None:
    assert ragbot("ask", "Can I drive?").is_one_line(1) == "no index at index/; run: ragbot ingest"
    assert ragbot("ask", "Can I drive?", "--json", "--index", "other").is_one_line(1) == (
        "no index at other/; run: ragbot ingest --index other"
    )


def test_an_index_of_another_encoder_is_one_line_that_names_the_command(
    indexed: Callable[..., Result], tmp_path: Path
) -> None:
    (manifest,) = (tmp_path / "index").glob("generations/*/manifest.json")
    manifest.write_text(manifest.read_text().replace("fake@1", "other@2"))
    assert indexed("ask", "Can I drive?").is_one_line(1) == (
        "index at index was built with the encoder other@2, this is fake@1; "
        "rebuild it with: ragbot ingest --index index"
    )


def test_an_index_of_another_format_is_one_line_that_names_the_command(
    indexed: Callable[..., Result], tmp_path: Path
) -> None:
    (manifest,) = (tmp_path / "index").glob("generations/*/manifest.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format_version": 0}))
    line = indexed("ask", "Can I drive?").is_one_line(1)
    assert line.startswith("index at index has format 0, this is ")
    assert line.endswith("rebuild it with: ragbot ingest")


def test_asking_writes_nothing_so_that_the_index_may_be_read_only(
    indexed: Callable[..., Result], tmp_path: Path
) -> None:
    def state() -> dict[str, tuple[int, int]]:
        found = sorted((tmp_path / "index").rglob("*"))
        return {str(p): (p.stat().st_mtime_ns, p.stat().st_size) for p in found}

    before = state()
    for path in sorted((tmp_path / "index").rglob("*"), reverse=True):
        path.chmod(0o555 if path.is_dir() else 0o444)
    (tmp_path / "index").chmod(0o555)
    try:
        assert indexed("ask", "Can I drive?", "--threshold", "0").code == 0
        assert state() == before
    finally:
        for path in (tmp_path / "index", *(tmp_path / "index").rglob("*")):
            path.chmod(0o755)


# --- ask: a file ---


def test_a_file_of_questions_gives_one_line_a_row_in_order(indexed: Callable[..., Result], tmp_path: Path) -> None:
    rows = [
        '{"id": "a", "question": "Can I drive?"}',
        "no json",
        '{"id": "b", "question": ""}',
        '{"id": "c", "question": "\\ud800"}',
        '{"id": "d", "turns": ["Does nausea fade?", "and how fast?"]}',
        json.dumps({"id": "e", "question": "y" * 100_000}),
    ]
    (tmp_path / "q.jsonl").write_text("\n".join(rows) + "\n")
    for extra in ([], ["--json"]):
        result = indexed("ask", "--questions", "q.jsonl", "--threshold", "0", *extra)
        assert (result.code, result.err) == (0, "")
        values = [json.loads(line) for line in result.out.splitlines()]
        assert [v["id"] for v in values] == ["a", "", "b", "c", "d", "e"]
        assert [v["outcome"] for v in values] == [
            "answered", "no_answer", "no_answer", "no_answer", "answered", "no_answer",
        ]  # fmt: skip
        assert next(iter(values[0])) == "id"


def test_a_missing_file_of_questions_is_one_line(indexed: Callable[..., Result]) -> None:
    line = indexed("ask", "--questions", "none.jsonl").is_one_line(1)
    assert line == "cannot read none.jsonl (No such file or directory); name a JSONL file"


def test_a_batch_without_an_index_ends_with_one_line(ragbot: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": "a", "question": "Can I drive?"}\n')
    assert ragbot("ask", "--questions", "q.jsonl").is_one_line(1) == "no index at index/; run: ragbot ingest"


# --- settings ---


def test_settings_stand_in_for_options(indexed: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGBOT_THRESHOLD", "1")
    assert indexed("ask", "Can I drive?", "--json").json["outcome"] == "no_answer"
    assert indexed("ask", "Can I drive?", "--json", "--threshold", "0").json["outcome"] == "answered"
    monkeypatch.setenv("RAGBOT_INDEX", "elsewhere")
    assert "no index at elsewhere/" in indexed("ask", "Can I drive?").is_one_line(1)


def test_a_clinics_synonyms_are_searched_and_a_malformed_file_is_one_line(
    indexed: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("own.json").write_text('[["gallivant", "drive"]]')
    monkeypatch.setenv("RAGBOT_SYNONYMS", "own.json")
    assert "drive" in indexed("ask", "may i gallivant", "--json").json["searched_also"]
    Path("own.json").write_text('[["gallivant"]]')
    for command in (("ask", "may i gallivant"), ("serve",)):
        line = indexed(*command).is_one_line(1)
        assert line.startswith("group 1 of synonyms own.json has fewer than two forms; write a JSON list of groups")
    assert "FAIL synonyms: group 1 of synonyms own.json" in indexed("doctor").out


def test_an_impossible_setting_is_one_line_that_names_it(
    indexed: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGBOT_THRESHOLD", "2")
    line = indexed("ask", "Can I drive?").is_one_line(2)
    assert line.startswith("setting RAGBOT_THRESHOLD='2': ")
    assert line.endswith("; correct or unset it")


# --- show, doctor, evaluate ---


def test_show_prints_the_text_in_which_offsets_count(indexed: Callable[..., Result]) -> None:
    assert indexed("show", "driving.md").out == FILES["driving.md"]
    assert indexed("show", "bom.txt").out.startswith("Nausea\n\nNausea fades")


def test_show_with_offsets_has_a_line_a_block_and_with_sentences_one_each(indexed: Callable[..., Result]) -> None:
    text = FILES["driving.md"]
    lines = indexed("show", "driving.md", "--offsets").out.splitlines()
    assert lines[0].startswith(f"Going home (driving.md): {len(text)} characters, 2 blocks, sha256 ")
    assert [line.split()[1] for line in lines[1:]] == ["heading", "paragraph"]
    start = str(text).index("Do not")
    assert lines[2].split()[0] == f"{start}..{start + 53}"
    sentences = indexed("show", "driving.md", "--sentences").out
    assert "sentence: Ask for a lift home." in sentences


def test_a_terminal_is_shown_no_hidden_character_and_a_pipe_gets_the_text(
    ragbot: Callable[..., Result], write_corpus: WriteCorpus, tmp_path: Path
) -> None:
    write_corpus({"a.txt": "Do not\u202e drive until\u2066 tomorrow.\n\tRest.\n"})
    assert ragbot("ingest").code == 0
    assert ragbot("show", "a.txt").out == "Do not\u202e drive until\u2066 tomorrow.\n\tRest.\n"
    pty = pytest.importorskip("pty", reason="a terminal of its own needs Unix")
    ours, terminal = pty.openpty()
    code = "from ragbot.cli import app; app()"
    subprocess.run([sys.executable, "-c", code, "show", "a.txt"], stdout=terminal, cwd=tmp_path, env=HERE, check=True)
    os.close(terminal)
    shown = os.read(ours, 10_000).decode().replace("\r\n", "\n")
    os.close(ours)
    assert shown == "Do not\\u202e drive until\\u2066 tomorrow.\n\tRest.\n"


def test_show_of_an_unknown_document_is_one_line(indexed: Callable[..., Result]) -> None:
    line = indexed("show", "no\nsuch.md").is_one_line(1)
    assert line.startswith("no document 'no\\nsuch.md' in the index; it holds: bom.txt, driving.md")


def test_doctor_exits_0_when_all_is_well_and_1_when_not(
    indexed: Callable[..., Result], write_corpus: WriteCorpus
) -> None:
    result = indexed("doctor")
    assert result.code == 0
    assert [line.split(":")[0] for line in result.out.splitlines()] == [
        "ok   models", "ok   index", "ok   documents", "ok   synonyms", "ok   disk", "ok   lock", "ok   unfinished",
        "ok   offline",
    ]  # fmt: skip
    write_corpus({"new.md": "New words stand here.\n"})
    result = indexed("doctor")
    assert result.code == 1
    assert "FAIL documents: documents were added, changed or removed: 1 added (new.md); run: ragbot" in result.out


def test_doctor_as_json_is_one_line_with_the_same_exit_code(
    indexed: Callable[..., Result], write_corpus: WriteCorpus
) -> None:
    result = indexed("doctor", "--json")
    assert (result.code, result.json["ok"]) == (0, True)
    assert [one["name"] for one in result.json["findings"] if one["ok"]][:2] == ["models", "index"]
    write_corpus({"new.md": "New words stand here.\n"})
    result = indexed("doctor", "--json")
    assert (result.code, result.json["ok"]) == (1, False)
    (wrong,) = [one for one in result.json["findings"] if not one["ok"]]
    assert wrong["name"] == "documents"
    assert wrong["detail"].endswith("; run: ragbot ingest --index index")


def test_evaluate_prints_a_table_writes_a_report_and_holds_a_minimum(
    indexed: Callable[..., Result], tmp_path: Path
) -> None:
    row = {
        "id": "q1",
        "question": "When can I drive?",
        "answers": [{"document": "driving.md", "text": "Do not drive until the next day."}],
        "split": "dev",
    }
    (tmp_path / "q.jsonl").write_text(json.dumps(row) + "\n")
    result = indexed("evaluate", "q.jsonl", "--threshold", "0", "--report", "out", "--min", "right@1=0.5")
    assert result.code == 0, result.err
    assert "right@1" in result.out
    assert (tmp_path / "out" / "report.json").is_file()
    elsewhere = row | {"answers": [{"document": "bom.txt", "text": "It can come back."}]}
    (tmp_path / "missed.jsonl").write_text(json.dumps(elsewhere) + "\n")
    assert indexed("evaluate", "missed.jsonl", "--threshold", "0", "--min", "right@1=0.5").code == 1
    assert indexed("evaluate", "none.jsonl").is_one_line(1).startswith("cannot read none.jsonl")
