"""The words of the interface: complete in every language, one file each, and nowhere else."""

from __future__ import annotations

import ast
import json
import re
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

import ragbot.ui
from ragbot import answering, small_talk
from ragbot.cli import app
from ragbot.datatypes import DISCLAIMER, Answer, Outcome
from ragbot.errors import IndexNotBuiltError, LanguageError, RagbotError
from ragbot.ingestion import IngestReport
from ragbot.query import MAX_QUESTION_CHARS, clean_question
from ragbot.safety import emergency_text, phrase_dangers
from ragbot.ui import serving
from ragbot.ui.access import Access
from ragbot.ui.answers import turn_html
from ragbot.ui.documents.catalogue import Status
from ragbot.ui.documents.shelf import safe_name
from ragbot.ui.parts import SCRIPTS, STYLES, script
from ragbot.ui.state import AnsweringBot, Turn
from ragbot.ui.words import Words, languages, load_words, read_words, translated

UI = Path(ragbot.ui.__file__).parent
FILES = UI.parent / "data" / "interface"
ENGLISH, GERMAN = load_words("en"), load_words("de")
REFERENCE = (FILES / "en.json").read_text("utf-8")
SHOWN_ATTRIBUTES = re.compile(r'\b(?:aria-label|placeholder|title|alt)="([^"]*)"')


def texts(values: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a language file with its dotted key."""
    if isinstance(values, str):
        yield key, values
    elif isinstance(values, dict):
        for name, value in values.items():
            yield from texts(value, f"{key}.{name}")
    elif isinstance(values, list):
        for name, value in enumerate(values):
            yield from texts(value, f"{key}.{name}")


def without(text: str, *path: str) -> str:
    """A language file without the text at `path`."""
    values = inner = json.loads(text)
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return json.dumps(values)


def test_there_is_english_and_german() -> None:
    assert languages() == ["de", "en"]


@pytest.mark.parametrize("language", languages())
def test_each_file_has_the_keys_and_placeholders_of_the_english_one(language: str) -> None:
    own = json.loads((FILES / f"{language}.json").read_text("utf-8"))
    placeholders = [
        {key: sorted(re.findall(r"{(\w*)}", text)) for key, text in texts(file)}
        for file in (own, json.loads(REFERENCE))
    ]
    assert placeholders[0] == placeholders[1]
    assert load_words(language).language == language


@pytest.mark.parametrize("language", languages())
def test_no_text_of_a_language_file_is_markup(language: str) -> None:
    for key, text in texts(json.loads((FILES / f"{language}.json").read_text("utf-8"))):
        assert not re.search(r"""[<>&"`$]|{(?!\w+})""", text), key


def test_german_says_everything_in_german() -> None:
    english = dict(texts(json.loads(REFERENCE)))
    same = {key for key, text in texts(json.loads((FILES / "de.json").read_text("utf-8"))) if text == english[key]}
    assert {key for key in same if re.search(r"[A-Za-z]{2}", re.sub(r"{\w+}", "", english[key]))} == {
        ".dates.months.3", ".dates.months.7", ".dates.months.8", ".dates.months.10", ".shortcuts.keys.escape"
    }  # fmt: skip  # April, August, September, November; Esc


def test_a_language_without_a_file_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(LanguageError, match=r"no interface in language 'fr'; choose one of: de, en"):
        load_words("fr")
    with pytest.raises(LanguageError, match="no interface"):
        load_words("../interface/en")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (without(REFERENCE, "asking", "send"), "xx.json: asking.send: field required"),
        (without(REFERENCE, "replies", "thanks"), "xx.json: replies.thanks: missing"),
        (REFERENCE.replace('"asking": {', '"asking": {"shout": "Hey",'), "xx.json: asking.shout: extra inputs"),
        (REFERENCE.replace('"replies": {', '"replies": {"shout": "Hey",'), "xx.json: replies.shout: unknown"),
        (REFERENCE.replace('"page {number}"', '"page {n}"'), "page_number: needs the placeholders {number}, has {n}"),
        (REFERENCE.replace('"page {number}"', '"page {number"'), "page_number: needs the placeholders {number}, has"),
        (REFERENCE.replace('"Send"', "7"), "xx.json: asking.send: input should be a valid string"),
        ("{", "xx.json: the file: invalid json"),
    ],
)
def test_what_is_wrong_with_a_language_file_is_told_with_file_and_key(text: str, message: str) -> None:
    with pytest.raises(LanguageError) as error:
        read_words(text, REFERENCE, name="xx.json")
    assert message in str(error.value)


def test_dates_and_numbers_are_written_as_the_language_does() -> None:
    assert [ENGLISH.date(d) for d in ("2025-01-02", "2025-03", "2025", "May 2024")] == [
        "2 January 2025", "March 2025", "2025", "May 2024"
    ]  # fmt: skip
    assert [GERMAN.date(d) for d in ("2025-01-02", "2025-03", "May 2024")] == [
        "2. Januar 2025",
        "März 2025",
        "May 2024",
    ]
    assert (ENGLISH.number(1234567), GERMAN.number(1234567), GERMAN.number(999)) == ("1,234,567", "1.234.567", "999")
    moment = datetime(2026, 11, 22, 9, 5)
    assert (ENGLISH.moment(moment), GERMAN.moment(moment)) == (
        "22 November 2026, 09:05",
        "22. November 2026, 09:05 Uhr",
    )


def test_one_thing_is_counted_in_the_singular() -> None:
    assert [ENGLISH.counted(ENGLISH.answer.more, n) for n in (1, 2, 1000)] == [
        "1 more quotation", "2 more quotations", "1,000 more quotations"
    ]  # fmt: skip


def test_a_stage_that_no_file_names_is_shown_as_it_is() -> None:
    assert GERMAN.stage("reading", 3, 1200) == "Dokumente werden gelesen: 3 von 1.200"
    assert GERMAN.stage("reading", 0, 0) == "Dokumente werden gelesen"
    assert GERMAN.stage("polishing", 0, 0) == "polishing"


def told_by(*calls: object) -> list[str]:
    """The text of the error that each call raises."""
    told = []
    for call in calls:
        with pytest.raises(RagbotError) as error:
            call()  # type: ignore[operator]
        told.append(str(error.value))
    return told


def test_the_replies_are_the_texts_that_come_from_below_the_page() -> None:
    replies = ENGLISH.replies
    assert replies["no_answer"] == answering.NO_ANSWER
    for name, message in (("greeting", "hello"), ("thanks", "thanks"), ("about", "who are you"), ("goodbye", "bye")):
        assert replies[name] == small_talk.small_talk_reply(message)
    access = Access(SecretStr("right"))
    wrong = [lambda: access.log_in("wrong", address="a")] * 6
    told = told_by(
        lambda: clean_question(""), lambda: clean_question("?!"), lambda: clean_question("x" * 2345),
        lambda: safe_name("tool.exe"), lambda: safe_name("README.md"), *wrong,
    )  # fmt: skip
    german = [translated(line, GERMAN) for line in told]
    assert german[0] == GERMAN.replies["empty"]
    assert german[1] == GERMAN.replies["no_letters"]
    assert (
        german[2]
        == f"Die Frage hat 2.345 Zeichen; kürzen Sie sie auf {GERMAN.number(MAX_QUESTION_CHARS)} und senden Sie sie noch einmal"
    )
    assert german[3].startswith("tool.exe hat einen Dateityp, der nicht gelesen werden kann; möglich sind: .txt")
    assert german[4].startswith("README.md wird wegen des Namens nie")
    assert german[5] == GERMAN.replies["wrong_password"]
    assert re.fullmatch(r"Zu viele falsche Passwörter; warten Sie \d+ Sekunden .*", german[-1])


def test_what_is_no_fixed_reply_is_left_as_it_is() -> None:
    assert translated("no index at index/; run: ragbot ingest", GERMAN) == "no index at index/; run: ragbot ingest"
    assert translated("the question is empty; type a question and ask again", ENGLISH).startswith(
        "the question is empty"
    )


def test_every_name_that_the_pages_look_up_has_words() -> None:
    for words in (ENGLISH, GERMAN):
        assert set(words.documents.statuses) == {status.value for status in Status}
        assert set(words.documents.facts) <= set(IngestReport.__dataclass_fields__)
        assert set(words.answer.matches) == {"close", "likely", "possible"}


def in_english(markup: str) -> str:
    """What of `markup` is marked as English, as text."""
    parts = re.findall(r'<(\w+)[^>]* lang="en">(.*?)</\1>', markup, re.DOTALL)
    return "\n".join(re.sub(r"<[^>]+>", "", part) for _, part in parts)


def test_fixed_safety_texts_stay_english_word_for_word_with_a_german_line_beside_them() -> None:
    text = emergency_text(phrase_dangers("I want to kill myself"))
    emergency = Answer("q", Outcome.EMERGENCY, message=text, footer="Rest today.")
    markup = turn_html(Turn(1, "q", emergency), GERMAN)
    assert DISCLAIMER in in_english(markup)
    assert "Rest today." in in_english(markup)
    shown = re.sub(r"<[^>]+>", "", markup)
    before, fixed, _ = shown.partition(text.replace("**", "").replace("\n", ""))
    assert fixed
    assert before.endswith(GERMAN.safety.emergency_intro.replace("**", ""))
    assert GERMAN.page.disclaimer_line in shown
    assert 'lang="en"' not in turn_html(Turn(1, "q", emergency), ENGLISH)


def drawing_modules() -> list[Path]:
    return sorted(path for path in UI.rglob("*.py") if path.parent.name != "words")


def markup_in(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every string with markup in the code; "·" stands for what is put into it."""
    tree = ast.parse(path.read_text("utf-8"))
    pieces = {id(piece) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for piece in node.values}
    pieces |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(piece.value) if isinstance(piece, ast.Constant) else "·" for piece in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in pieces:
            text = node.value
        else:
            continue
        if re.search(r"</?[a-z]+[ >]|\">", text):
            yield node.lineno, text


@pytest.mark.parametrize("path", drawing_modules(), ids=lambda path: path.relative_to(UI).as_posix())
def test_no_markup_in_the_code_holds_a_word_that_a_visitor_reads(path: Path) -> None:
    found = []
    for line, text in markup_in(path):
        read = [*SHOWN_ATTRIBUTES.findall(text), re.sub(r"^[^<]*>|<[^>]*(>|$)", " ", text)]
        found += [(line, word) for part in read for word in re.findall(r"[^\W\d_]{2,}", part)]
    assert found == []


def test_the_check_for_words_in_markup_finds_them(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("""a = f'<p class="b">Oh {c}</p>' + '<b title="No">' + f'{d} id="e">Hm</i>' + 'f'""")
    assert {text for _, text in markup_in(path)} == {'<p class="b">Oh ·</p>', '<b title="No">', '· id="e">Hm</i>'}


def test_words_are_a_value_that_cannot_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        ENGLISH.language = "fr"
    assert isinstance(ENGLISH, Words)


def test_a_language_that_there_is_not_is_told_before_the_port_is_opened() -> None:
    result = CliRunner().invoke(app, ["serve", "--language", "fr", "--port", "7999"])
    assert result.exit_code == 1
    assert result.stderr.strip() == "no interface in language 'fr'; choose one of: de, en"


def test_the_served_page_is_marked_with_its_language() -> None:
    for words in (ENGLISH, GERMAN):
        with serving(no_bot, examples=[], words=words) as address, urllib.request.urlopen(address) as response:
            page = response.read().decode()
        assert re.findall(r"<html[^>]*?lang=\"(.*?)\"", page) == [words.language]
        assert words.page.name in page


def no_bot() -> AnsweringBot:
    raise IndexNotBuiltError("no index at index/; run: ragbot ingest")


@pytest.mark.parametrize(("names", "assets"), [(SCRIPTS, "js"), (STYLES, "css")])
def test_every_piece_of_script_and_style_is_listed_once(names: tuple[str, ...], assets: str) -> None:
    assert sorted(names) == sorted(path.stem for path in (UI / "assets" / assets).iterdir())


def test_no_two_pieces_of_script_declare_the_same_name() -> None:
    names = re.findall(r"^(?:async )?(?:function|const|let|class)\*? (\w+)", script(), re.MULTILINE)
    assert len(names) > 20
    assert sorted(names) == sorted(set(names))
