"""What the documents page does when it is looked at or told to do something. Values in, values and HTML out; no web."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from ragbot.errors import RagbotError, ServeError
from ragbot.ui.display import visible
from ragbot.ui.documents.catalogue import Catalogue, GetIndex, Row
from ragbot.ui.documents.drawing import index_html, list_html, retired_html
from ragbot.ui.documents.rebuild import Rebuild, Run
from ragbot.ui.documents.shelf import Shelf
from ragbot.ui.words import Words, translated

PREVIEW_CHARS = 200_000


def required_password(*, admin: bool, password: SecretStr | None) -> SecretStr | None:
    """The password of the documents page, or None if that page is not wanted.

    Raises ServeError if it is wanted without a password.

    >>> required_password(admin=False, password=SecretStr("unused")) is None
    True
    """
    if not admin:
        return None
    if password is None or not password.get_secret_value().strip():
        raise ServeError("RAGBOT_ADMIN is on without a password; set RAGBOT_ADMIN_PASSWORD too, or unset RAGBOT_ADMIN")
    return password


@dataclass(frozen=True, slots=True)
class Admin:
    """What the documents page is given: its password, the index folder, the open index, and how to rebuild it."""

    password: SecretStr
    index: Path
    get_index: GetIndex
    rebuild: Run


class Desk:
    """The documents of one index and what can be done with them; one for all who are logged in."""

    def __init__(self, admin: Admin, words: Words) -> None:
        self._words = words
        self.shelf = Shelf(admin.index)
        self._catalogue = Catalogue(self.shelf, admin.get_index)
        self._rebuild = Rebuild(admin.rebuild)

    def parts(self, *, find: str = "", page: int = 0) -> dict[str, str]:
        """The changing parts of the page as HTML, under the names of their places."""
        rows, problem = self._rows()
        return {
            "index": index_html(
                [_readable(root) for root in self.shelf.roots], rows, self._rebuild.last, self._words, problem=problem
            ),
            "list": list_html(rows, self._words, find=find, page=page),
            "retired": retired_html(self.shelf.retired(), self._words),
        }

    def preview(self, doc_id: str) -> dict[str, object]:
        """Title, facts, notes and the beginning of the document's text, all as plain text. Raises DocumentError."""
        preview = self._catalogue.preview(doc_id)
        facts = [doc_id, self._words.documents.from_index if preview.from_index else self._words.documents.from_file]
        if len(preview.text) > PREVIEW_CHARS:
            shown, total = self._words.number(PREVIEW_CHARS), self._words.number(len(preview.text))
            facts.append(self._words.documents.cut.format(shown=shown, total=total))
        return {
            "title": visible(preview.title),
            "facts": visible(" · ".join(facts)),
            "notes": [visible(note) for note in preview.notes],
            "text": visible(preview.text[:PREVIEW_CHARS]),
        }

    def rebuild(self) -> bool:
        """Begin a rebuild; False if one is under way."""
        return self._rebuild.start()

    def progress(self) -> dict[str, object]:
        """Where the rebuild under way stands, or how the last one ended, in words."""
        now, last = self._rebuild.progress, self._rebuild.last
        if self._rebuild.running:
            stage, text = self._words.stage(now.stage, 0, 0), self._words.stage(now.stage, now.done, now.total)
            return {"running": True, "stage": stage, "text": text, "done": now.done, "total": now.total}
        ended = self._words.documents.rebuilt if last else ""
        if last and last.error:
            ended = f"{self._words.documents.not_rebuilt}: {translated(last.error, self._words)}"
        return {"running": False, "text": ended}

    def leaves_out(self, name: str) -> bool:
        """True if the first folder holds a file `name` that no rebuild will read, because of its ignore file."""
        return self.shelf.holds(name) and all(file.path.name != name for file in self.shelf.files())

    def _rows(self) -> tuple[list[Row], str]:
        try:
            return self._catalogue.rows(), ""
        except RagbotError as error:
            return [], translated(str(error), self._words)


def _readable(folder: Path) -> Path:
    """`folder` as a person would name it: from the root if it stands elsewhere than under the working folder."""
    return folder.resolve() if ".." in folder.parts else folder
