"""The documents page without a browser: password, folders, list, routes; and that none of it is there unasked."""

from __future__ import annotations

import logging
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.testclient import TestClient
from typer.testing import CliRunner

from ragbot.answering import Bot
from ragbot.cli import app
from ragbot.config import Settings
from ragbot.encoding import Encoder
from ragbot.errors import CorpusError, DocumentError, IndexNotBuiltError, ServeError
from ragbot.ingestion import IngestReport, Progress, ingest
from ragbot.loaders import SUFFIXES, find_files
from ragbot.store import Index
from ragbot.ui import serving
from ragbot.ui.access import Access, TooManyTriesError, WrongPasswordError
from ragbot.ui.documents import Admin, required_password
from ragbot.ui.documents.catalogue import Catalogue, Status
from ragbot.ui.documents.routes import documents_routes
from ragbot.ui.documents.shelf import Shelf, safe_name
from ragbot.ui.startup import Startup
from ragbot.ui.state import AnsweringBot
from ragbot.ui.words import load_words

BuildIndex = Callable[[Mapping[str, str | bytes]], Path]
BuildBot = Callable[[Mapping[str, str | bytes]], Bot]

PASSWORD = "a rather long password"
DRIVING = "# Driving\n\nPeople should not drive until the next day.\n"
COSTS = "# Costs\n\nInsurers ask for approval before the first session.\n"


@dataclass
class Clock:
    """Seconds that pass only when told to."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(clock: Clock) -> Access:
    return Access(SecretStr(PASSWORD), clock=clock)


# The password


def test_the_page_is_refused_without_a_password_and_unwanted_without_the_switch() -> None:
    assert required_password(admin=False, password=None) is None
    given_one = required_password(admin=True, password=SecretStr("x"))
    assert given_one is not None
    for nothing in (None, SecretStr(""), SecretStr("  ")):
        with pytest.raises(ServeError, match="set RAGBOT_ADMIN_PASSWORD"):
            required_password(admin=True, password=nothing)


def test_the_settings_never_show_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGBOT_ADMIN", "on")
    monkeypatch.setenv("RAGBOT_ADMIN_PASSWORD", PASSWORD)
    settings = Settings()
    assert settings.admin
    assert settings.admin_password is not None
    assert settings.admin_password.get_secret_value() == PASSWORD
    assert PASSWORD not in f"{settings} {settings!r} {settings.model_dump_json()}"


def test_serve_with_the_switch_alone_is_one_line_and_exit_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGBOT_ADMIN", "1")
    monkeypatch.delenv("RAGBOT_ADMIN_PASSWORD", raising=False)
    result = CliRunner().invoke(app, ["serve", "--port", "1"])  # a port that needs rights: it is never tried
    assert result.exit_code == 1
    assert result.output == (
        "RAGBOT_ADMIN is on without a password; set RAGBOT_ADMIN_PASSWORD too, or unset RAGBOT_ADMIN\n"
    )


def test_only_the_password_opens_a_session(access: Access) -> None:
    with pytest.raises(WrongPasswordError):
        access.log_in(PASSWORD + " ", address="a")
    token = access.log_in(PASSWORD, address="a")
    assert access.knows(token)
    assert not any(access.knows(other) for other in (None, "", token[:-1], PASSWORD))
    access.log_out(token)
    assert not access.knows(token)


def test_after_five_wrong_passwords_in_a_minute_even_the_right_one_waits(access: Access, clock: Clock) -> None:
    for second in range(5):  # at 1000, 1001, … 1004
        clock.now = 1_000 + second
        with pytest.raises(WrongPasswordError):
            access.log_in("guess", address="a")
    clock.now = 1_010
    with pytest.raises(TooManyTriesError) as refused:
        access.log_in(PASSWORD, address="a")
    assert refused.value.wait_s == 51  # the first try is a minute old at 1060, and is let go the second after
    assert access.log_in(PASSWORD, address="b")
    clock.now = 1_060
    assert access.log_in(PASSWORD, address="a")


def test_guessing_from_many_addresses_is_stopped_at_thirty(access: Access) -> None:
    for number in range(30):
        with pytest.raises(WrongPasswordError):
            access.log_in("guess", address=f"10.0.0.{number}")
    with pytest.raises(TooManyTriesError):
        access.log_in("guess", address="10.0.0.99")


def test_a_session_lasts_four_hours_after_it_was_last_used(access: Access, clock: Clock) -> None:
    token = access.log_in(PASSWORD, address="a")
    clock.now += 4 * 3_600
    assert access.knows(token)
    clock.now += 4 * 3_600
    assert access.knows(token)
    clock.now += 4 * 3_600 + 1
    assert not access.knows(token)


# Names and folders


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("leaflet.md", "leaflet.md"),
        ("../../etc/cron.d/job.txt", "job.txt"),
        ("C:\\Users\\me\\Drip notes.PDF", "Drip notes.PDF"),
        (".hidden.md", "hidden.md"),
        ("__init__.md", "init__.md"),
        ("-rf.md", "rf.md"),
        ("a\u202egnp.md\nb.md", "agnp.md b.md"),
        ("<img src=x onerror=alert(1)>.html", "img src=x onerror=alert(1)-.html"),
        ("Über Ketamin – 毒.txt", "Über Ketamin – 毒.txt"),
        ("x" * 300 + ".md", "x" * 197 + ".md"),  # 197 + 3 = 200 bytes
    ],
)
def test_a_name_is_made_safe(given_name: str, name: str) -> None:
    assert safe_name(given_name) == name


@pytest.mark.parametrize("name", ["", ".md", "..", "/", "tool.exe", "archive.tar.gz", "md", "README.md", "\u200b.md"])
def test_a_name_that_no_document_can_have_is_refused(name: str) -> None:
    with pytest.raises(DocumentError, match=r"supported|rename"):
        safe_name(name)


@given(st.text(max_size=40), st.sampled_from(SUFFIXES))
def test_any_name_is_refused_or_one_plain_file_name(stem: str, suffix: str) -> None:
    try:
        name = safe_name(stem + suffix)
    except DocumentError:
        return
    assert Path(name).name == name
    assert name.isprintable()
    assert Path(name).suffix.lower() in SUFFIXES
    assert len(name.encode()) <= 255
    assert safe_name(name) == name


@pytest.fixture
def shelf(build_index: BuildIndex) -> Shelf:
    return Shelf(build_index({"driving.md": DRIVING, "more/costs.md": COSTS}))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return tmp_path / "corpus"


def names(folder: Path) -> list[str]:
    return [file.doc_id for file in find_files([folder])]


def put(shelf: Shelf, name: str, data: bytes, *, replace: bool = False) -> None:
    with shelf.arriving() as (path, file):
        file.write(data)
        file.close()
        shelf.add(path, name, replace=replace)


def test_a_file_is_added_to_the_first_folder_under_a_safe_name(shelf: Shelf, corpus: Path) -> None:
    put(shelf, "../new.md", b"# New\n")
    assert (corpus / "new.md").read_bytes() == b"# New\n"
    assert names(corpus) == ["driving.md", "more/costs.md", "new.md"]


def test_nothing_is_overwritten_unless_told_and_then_the_old_one_is_kept(shelf: Shelf, corpus: Path) -> None:
    with pytest.raises(DocumentError, match=r"driving\.md is already there"):
        put(shelf, "driving.md", b"other")
    assert (corpus / "driving.md").read_text() == DRIVING
    put(shelf, "driving.md", b"other", replace=True)
    assert (corpus / "driving.md").read_bytes() == b"other"
    assert [(one.name, one.path.read_text()) for one in shelf.retired()] == [("driving.md", DRIVING)]
    assert names(corpus) == ["driving.md", "more/costs.md"]


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("has_links", [True, False])
def test_an_upload_that_is_killed_leaves_no_empty_document(
    shelf: Shelf, corpus: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    if not has_links:
        monkeypatch.setattr("os.link", _no_links)
    monkeypatch.setattr(Path, "replace", _killed)
    with suppress(KeyboardInterrupt):
        put(shelf, "new.md", b"# New\n")
    assert [path.read_bytes() for path in corpus.glob("new.md")] == ([b"# New\n"] if has_links else [])
    key = shelf.retire("driving.md")
    with suppress(KeyboardInterrupt):
        shelf.put_back(key)
    assert [path.read_text() for path in corpus.glob("driving.md")] == ([DRIVING] if has_links else [])


def _no_links(*_: object, **__: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_where_files_cannot_be_linked_uploads_go_the_other_way(
    shelf: Shelf, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.link", _no_links)
    put(shelf, "new.md", b"# New\n")
    assert (corpus / "new.md").read_bytes() == b"# New\n"
    with pytest.raises(DocumentError, match=r"new\.md is already there"):
        put(shelf, "new.md", b"other")
    assert (corpus / "new.md").read_bytes() == b"# New\n"
    assert names(corpus) == ["driving.md", "more/costs.md", "new.md"]


def test_a_shelf_whose_index_does_not_tell_its_folders_takes_no_file_and_says_so(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a folder `corpus` is here
    next(tmp_path.glob("index/generations/*/manifest.json")).write_text("{")
    for ask in (shelf.files, lambda: shelf.holds("a.md"), lambda: put(shelf, "a.md", b"words")):
        with pytest.raises(CorpusError, match="name the folders"):
            ask()
    assert (shelf.roots, shelf.retired()) == ([], [])
    assert not (tmp_path / "corpus" / "a.md").exists()


def test_a_link_is_replaced_not_followed(shelf: Shelf, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text("outside")
    (corpus / "link.md").symlink_to(tmp_path / "outside.md")
    put(shelf, "link.md", b"inside", replace=True)
    assert (tmp_path / "outside.md").read_text() == "outside"
    assert (corpus / "link.md").read_bytes() == b"inside"


def test_a_broken_upload_leaves_nothing(shelf: Shelf, corpus: Path) -> None:
    before = sorted(corpus.rglob("*"))
    upload = shelf.arriving()
    path, file = upload.__enter__()
    file.write(b"half")
    assert path.parent.resolve() == corpus
    assert path.name not in names(corpus)
    upload.__exit__(KeyError, KeyError("broken off"), None)
    assert sorted(corpus.rglob("*")) == before


def test_a_retired_document_is_never_indexed_and_comes_back_as_it_was(shelf: Shelf, corpus: Path) -> None:
    key = shelf.retire("more/costs.md")
    assert names(corpus) == ["driving.md"]
    (retired,) = shelf.retired()
    assert (retired.key, retired.name) == (key, "more/costs.md")
    assert retired.path.resolve().is_relative_to(corpus / "_retired")
    assert shelf.put_back(key) == "more/costs.md"
    assert (corpus / "more" / "costs.md").read_text() == COSTS
    assert shelf.retired() == []
    assert list((corpus / "_retired").iterdir()) == []


def test_two_of_one_name_are_both_kept_and_neither_overwrites(shelf: Shelf, corpus: Path) -> None:
    shelf.retire("driving.md")
    (corpus / "driving.md").write_text("second")
    second = shelf.retire("driving.md")
    (corpus / "driving.md").write_text("third")
    assert sorted(one.path.read_text() for one in shelf.retired()) == sorted([DRIVING, "second"])
    with pytest.raises(DocumentError, match=r"driving\.md is there again"):
        shelf.put_back(second)
    assert (corpus / "driving.md").read_text() == "third"


@pytest.mark.parametrize("name", ["", "../outside.md", "/etc/hostname", "_retired/x.md", "gone.md"])
def test_only_a_listed_file_can_be_moved(shelf: Shelf, tmp_path: Path, name: str) -> None:
    (tmp_path / "outside.md").write_text("outside")
    with pytest.raises(DocumentError, match="look at the list again"):
        shelf.retire(name)
    with pytest.raises(DocumentError, match="look at the list again"):
        shelf.put_back(name)
    assert (tmp_path / "outside.md").read_text() == "outside"


def test_without_a_folder_the_next_step_is_told(tmp_path: Path, fake_encoder: Encoder) -> None:
    (tmp_path / "one.md").write_text(DRIVING)
    ingest([tmp_path / "one.md"], index=tmp_path / "index", encoder=fake_encoder)
    shelf = Shelf(tmp_path / "index")
    with pytest.raises(CorpusError, match="make the folder"):
        shelf.holds("x.md")
    with pytest.raises(DocumentError, match="ragbot ingest"):
        shelf.retire("one.md")


# The list


def test_each_document_has_its_status_and_its_reason(
    build_index: BuildIndex, corpus: Path, fake_encoder: Encoder
) -> None:
    folder = build_index(
        {
            "a.md": DRIVING,
            "b.md": COSTS,
            "c.md": "# Gone\n\nSoon.\n",
            "d.md": DRIVING,
            "e.md": "\n",
            "f.md": "# F\n\nF.\n",
        }
    )
    (corpus / "b.md").write_text(COSTS + "\nMore.\n")
    (corpus / "c.md").unlink()
    (corpus / "new.md").write_text("# New\n\nNew.\n")
    opened = Index(folder)
    rows = {row.doc_id: row for row in Catalogue(Shelf(folder), lambda: opened).rows()}
    assert {name: row.status for name, row in rows.items()} == {
        "a.md": Status.INDEXED,
        "b.md": Status.CHANGED,
        "c.md": Status.GONE,
        "d.md": Status.DUPLICATE,
        "e.md": Status.LEFT_OUT,
        "f.md": Status.INDEXED,
        "new.md": Status.NEW,
    }
    assert (rows["d.md"].remark, rows["e.md"].remark) == ("a.md", "empty file")
    first = rows["a.md"].indexed
    assert first is not None
    assert (first.title, first.n_passages) == ("Driving", 1)
    assert sum(row.status.waits for row in rows.values()) == 3


def test_a_preview_is_the_index_where_it_agrees_with_the_file_and_else_the_file(
    build_index: BuildIndex, corpus: Path
) -> None:
    folder = build_index({"a.md": DRIVING, "b.md": COSTS})
    (corpus / "b.md").write_text("# Costs\n\nNothing is paid.\n")
    (corpus / "e.md").write_text(" \n")
    opened = Index(folder)
    catalogue = Catalogue(Shelf(folder), lambda: opened)
    assert catalogue.preview("a.md").text == DRIVING
    assert catalogue.preview("a.md").from_index
    assert "Nothing is paid." in catalogue.preview("b.md").text
    assert not catalogue.preview("b.md").from_index
    with pytest.raises(DocumentError, match="empty file"):
        catalogue.preview("e.md")
    with pytest.raises(DocumentError, match="look at the list again"):
        catalogue.preview("../b.md")


def test_without_an_index_all_files_are_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.md").write_text(DRIVING)
    catalogue = Catalogue(Shelf(tmp_path / "index"), no_index)
    assert [(row.doc_id, row.status) for row in catalogue.rows()] == [("a.md", Status.NEW)]


def no_index() -> Index:
    raise IndexNotBuiltError("no index at index/; run: ragbot ingest")


# The routes


class Site:
    """The documents page of a bot on two articles, and a visitor of it."""

    def __init__(self, bot: Bot, index: Path, encoder: Encoder) -> None:
        self.bot, self.index = bot, index
        self.hold = threading.Event()
        self.hold.set()

        def rebuild(progress: Progress) -> IngestReport:
            self.hold.wait(30)
            return ingest(index=index, encoder=encoder, progress=progress)

        admin = Admin(SecretStr(PASSWORD), index, lambda: bot.index, rebuild)
        self.client = TestClient(Starlette(routes=[*documents_routes(admin, load_words())]), follow_redirects=False)

    def log_in(self) -> Site:
        assert self.client.post("/documents", data={"password": PASSWORD}).status_code == 303
        return self

    def upload(self, name: str, data: bytes, **headers: str) -> tuple[int, dict[str, object]]:
        response = self.client.post("/documents/upload", content=data, headers={"x-file-name": quote(name)} | headers)
        return response.status_code, response.json()

    def rebuild(self) -> str:
        assert self.client.post("/documents/rebuild").status_code == 202
        while (progress := self.client.get("/documents/progress").json())["running"]:
            time.sleep(0.01)
        return str(progress["text"])


@pytest.fixture
def site(build_bot: BuildBot, tmp_path: Path, fake_encoder: Encoder) -> Site:
    return Site(build_bot({"driving.md": DRIVING, "costs.md": COSTS}), tmp_path / "index", fake_encoder)


INSIDE = [
    ("GET", "parts"), ("GET", "progress"), ("POST", "preview"), ("POST", "upload"), ("POST", "name"),
    ("POST", "retire"), ("POST", "put-back"), ("POST", "rebuild"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), INSIDE)
def test_who_is_not_logged_in_gets_and_changes_nothing(site: Site, corpus: Path, method: str, path: str) -> None:
    before = sorted(corpus.rglob("*"))
    response = site.client.request(
        method, f"/documents/{path}", content=b'{"key": "driving.md"}', headers={"x-file-name": "new.md"}
    )
    assert response.status_code == 401
    assert response.json() == {"error": "You were logged out. Log in again."}
    assert sorted(corpus.rglob("*")) == before


def test_the_routes_tried_above_are_all_that_there_are(site: Site) -> None:
    site.log_in()
    routes = {(m, r.path) for r in site.client.app.routes for m in r.methods - {"HEAD"}}  # type: ignore[attr-defined]
    open_ones = {("GET", ""), ("POST", ""), ("POST", "/logout"), ("GET", "/style.css"), ("GET", "/page.js")}
    assert routes == {(m, f"/documents{p}") for m, p in open_ones} | {(m, f"/documents/{p}") for m, p in INSIDE}


def test_before_logging_in_the_page_tells_nothing_of_the_documents(site: Site) -> None:
    page = site.client.get("/documents").text
    assert 'type="password"' in page
    assert not re.search("driving|costs|corpus", page)
    assert "driving.md" in site.log_in().client.get("/documents").text


def test_the_password_is_asked_for_a_few_times_a_minute_and_never_repeated_or_logged(
    site: Site, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [site.client.post("/documents", data={"password": "wrong guess"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 61
    answers.append(site.client.post("/documents", data={"password": PASSWORD}))
    assert answers[-1].status_code == 429
    told = "".join(answer.text + str(answer.headers) for answer in answers) + caplog.text + "".join(capfd.readouterr())
    assert "wrong guess" not in told
    assert PASSWORD not in told


def test_the_session_is_a_cookie_that_only_this_page_gets(site: Site) -> None:
    response = site.client.post("/documents", data={"password": PASSWORD})
    cookie = response.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/documents"} <= set(cookie.split("; "))
    assert response.headers["location"] == "documents"
    secure = TestClient(site.client.app, base_url="https://clinic.example", follow_redirects=False)
    assert "Secure" in secure.post("/documents", data={"password": PASSWORD}).headers["set-cookie"]
    site.client.post("/documents/logout")
    assert site.client.get("/documents/parts").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "http://testserver:8080"}],
)
def test_another_site_cannot_use_the_session(site: Site, corpus: Path, headers: dict[str, str]) -> None:
    site.log_in()
    for path in ("retire", "rebuild", "upload"):
        response = site.client.post(f"/documents/{path}", content=b'{"key": "driving.md"}', headers=headers)
        assert response.status_code == 403
    assert (corpus / "driving.md").exists()
    assert site.client.post("/documents", data={"password": PASSWORD}, headers=headers).status_code == 403


def test_an_upload_is_kept_by_type_and_size_and_never_replaces_unasked(
    site: Site, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.log_in()
    before = sorted(corpus.rglob("*"))
    monkeypatch.setattr("ragbot.ui.documents.routes.MAX_BYTES", 10)
    assert site.upload("new.exe", b"x")[0] == 400
    assert site.upload("new.md", b"")[0] == 400
    assert site.upload("new.md", b"x" * 11)[0] == 413  # told by its length
    pieces = iter([b"x" * 6, b"x" * 6])  # of no told length
    streamed = site.client.post("/documents/upload", content=pieces, headers={"x-file-name": "new.md"})
    assert streamed.status_code == 413
    assert site.upload("driving.md", b"other")[0] == 409
    assert (corpus / "driving.md").read_text() == DRIVING
    assert sorted(corpus.rglob("*")) == before
    assert site.upload("../../Neu ü.md", b"# N\n\nNeu.") == (201, {"name": "Neu ü.md", "ignored": False})
    assert (corpus / "Neu ü.md").read_bytes() == b"# N\n\nNeu."
    assert site.upload("driving.md", b"other", **{"x-replace": "yes"})[0] == 201
    assert (corpus / "driving.md").read_bytes() == b"other"


def test_an_upload_that_the_folder_ignores_is_told(site: Site, corpus: Path) -> None:
    (corpus / ".ragbotignore").write_text("draft-*\n")
    assert site.log_in().upload("draft-1.md", b"# D\n\nDraft.") == (201, {"name": "draft-1.md", "ignored": True})


def test_after_upload_retiring_and_rebuild_the_bot_answers_from_the_new_documents(site: Site, corpus: Path) -> None:
    site.log_in()
    assert site.bot.index.doc_ids == ["costs.md", "driving.md"]
    assert site.upload("sleep.md", b"# Sleep\n\nRest for a night.\n")[0] == 201
    key = site.client.post("/documents/retire", json={"key": "costs.md"}).json()["key"]
    assert site.bot.index.doc_ids == ["costs.md", "driving.md"]
    assert "2 changes wait" in site.client.get("/documents/parts").json()["index"]
    assert site.rebuild() == "The index was rebuilt."
    assert site.bot.index.doc_ids == ["driving.md", "sleep.md"]
    parts = site.client.get("/documents/parts").json()
    assert "Index and folder agree." in parts["index"]
    assert "costs.md" in parts["retired"]
    assert "costs.md" not in parts["list"]
    assert site.client.post("/documents/put-back", json={"key": key}).json() == {"name": "costs.md"}
    assert (corpus / "costs.md").read_text() == COSTS


def test_one_rebuild_at_a_time_and_the_chat_goes_on_meanwhile(site: Site) -> None:
    site.log_in()
    site.hold.clear()
    assert site.client.post("/documents/rebuild").status_code == 202
    second = site.client.post("/documents/rebuild")
    assert (second.status_code, second.json()) == (409, {"error": "A rebuild is under way already."})
    assert site.bot.ask("May people drive the next day?", threshold=0.0).quotes
    site.hold.set()
    while site.client.get("/documents/progress").json()["running"]:
        time.sleep(0.01)
    assert site.rebuild() == "The index was rebuilt."


def test_a_rebuild_that_fails_says_why_and_the_old_index_stays(site: Site, corpus: Path) -> None:
    site.log_in()
    for name in ("driving.md", "costs.md"):
        (corpus / name).unlink()
    told = site.rebuild()
    assert told.startswith("The index was not rebuilt: no usable document in")
    assert site.bot.index.doc_ids == ["costs.md", "driving.md"]
    assert "no usable document" in site.client.get("/documents/parts").json()["index"]


def test_names_and_texts_of_files_are_text_everywhere(site: Site, corpus: Path) -> None:
    name = "<img src=x onerror=alert(1)>.md"
    (corpus / name).write_text("# <script>alert(2)</script>\n\nAn <b>odd</b> leaflet\u202e.\n")
    (corpus / "<i>empty</i>.md".replace("/", "∕")).write_text("\n")
    site.log_in().rebuild()
    site.client.post("/documents/retire", json={"key": "costs.md"})
    page = site.client.get("/documents").text
    assert "&lt;img src=x onerror=alert(1)&gt;.md" in page
    assert "&lt;script&gt;alert(2)" in page
    assert not re.search(r"<(img|script>|i>|b>)", page)
    preview = site.client.post("/documents/preview", json={"key": name})
    assert preview.headers["content-type"] == "application/json"
    assert preview.json()["text"] == "# <script>alert(2)</script>\n\nAn <b>odd</b> leaflet.\n"


def test_a_name_with_hidden_characters_can_still_be_handled(site: Site, corpus: Path) -> None:
    odd = "50%20 o\u200bff\u202e.md"  # the page shows it without the hidden ones
    (corpus / odd).write_text("# Odd\n\nOdd.\n")
    listed = site.log_in().client.get("/documents/parts").json()["list"]
    assert "50%20 off.md" in listed
    (key,) = re.findall(r'data-retire="(50[^"]*)"', listed)
    assert "Odd." in site.client.post("/documents/preview", json={"key": key}).json()["text"]
    done = site.client.post("/documents/retire", json={"key": key}).json()
    assert not (corpus / odd).exists()
    assert site.client.post("/documents/put-back", json={"key": done["key"]}).json() == {"name": "50%20 off.md"}
    assert (corpus / odd).exists()


def test_a_missing_folder_is_told_on_the_page(site: Site, corpus: Path) -> None:
    site.log_in()
    corpus.rename(corpus.with_name("elsewhere"))
    told = site.client.get("/documents/parts").json()["index"]
    assert "no such file or folder" in told
    assert "There is no index yet" not in told


def test_a_long_list_comes_in_pages_and_can_be_searched(site: Site, corpus: Path) -> None:
    for number in range(150):
        (corpus / f"note-{number:03}.md").write_text(f"# Note {number}\n\nText {number}.\n")
    site.log_in()
    first = site.client.get("/documents/parts", params={"page": "0"}).json()["list"]
    second = site.client.get("/documents/parts", params={"page": "1"}).json()["list"]
    assert "1 to 100 of 152" in first
    assert "101 to 152 of 152" in second
    assert first.count("<tr>") == 1 + 100
    assert second.count("<tr>") == 1 + 52
    found = site.client.get("/documents/parts", params={"find": "NOTE-14", "page": "99"}).json()["list"]
    assert found.count("<tr>") == 1 + 10  # note-140 to note-149


# With the chat page around it


def status_of(url: str, data: bytes | None = None, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def no_bot() -> AnsweringBot:
    raise IndexNotBuiltError("no index at index/; run: ragbot ingest")


def never(progress: Progress) -> IngestReport:
    raise AssertionError("nobody asked for a rebuild")


FILE_FORM = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nz\r\n--x--\r\n'
FORM = {"Content-Type": "multipart/form-data; boundary=x"}
GRADIO_UPLOADS = ("upload", "upload/", "process_recording", "component_server", "queue/join")


def test_with_the_switch_off_nothing_of_it_exists_and_no_upload_is_taken() -> None:
    with serving(no_bot, examples=[]) as address:
        for path in ("documents", "documents/", "documents/page.js", *(f"documents/{path}" for _, path in INSIDE)):
            assert status_of(address + path) in (404, 405)
            assert status_of(address + path, b"x") in (404, 405)
        for path in GRADIO_UPLOADS:
            assert status_of(f"{address}gradio_api/{path}", FILE_FORM, **FORM) == 404
        assert "documents" not in urllib.request.urlopen(address).read().decode().split("window.gradio_config")[0]


def test_with_the_switch_on_the_page_is_there_and_gradio_still_takes_no_upload(tmp_path: Path) -> None:
    admin = Admin(SecretStr(PASSWORD), tmp_path / "index", no_index, never)
    with serving(no_bot, examples=[], admin=admin) as address:
        with urllib.request.urlopen(f"{address}documents") as response:
            assert 'type="password"' in response.read().decode()
            policies = response.headers.get_all("content-security-policy")
        assert any("script-src 'self';" in policy for policy in policies)
        assert status_of(f"{address}documents/upload", b"x", **{"x-file-name": "a.md"}) == 401
        for path in GRADIO_UPLOADS:
            assert status_of(f"{address}gradio_api/{path}", FILE_FORM, **FORM) == 404


@pytest.mark.usefixtures("light_models")
def test_a_page_that_began_without_documents_answers_after_a_rebuild(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus").mkdir()
    startup = Startup(Path("index"))
    with pytest.raises(IndexNotBuiltError, match="still being prepared"):
        startup.rebuild(lambda stage, done, total: None)
    startup.prepare()
    with pytest.raises(IndexNotBuiltError):
        startup.index()
    (tmp_path / "corpus" / "driving.md").write_text(DRIVING)
    startup.rebuild(lambda stage, done, total: None)
    assert startup.index().doc_ids == ["driving.md"]
