"""What the documents page does when it is looked at or told to do something. Values in, values and HTML out; no web."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from ragbot.errors import RagbotError
from ragbot.ui.display import visible
from ragbot.ui.documents import words
from ragbot.ui.documents.catalogue import Catalogue, GetIndex, Row
from ragbot.ui.documents.drawing import index_html, list_html, retired_html
from ragbot.ui.documents.rebuild import Rebuild, Run
from ragbot.ui.documents.shelf import Shelf

PREVIEW_CHARS = 200_000


@dataclass(frozen=True, slots=True)
class Admin:
    """What the documents page is given: its password, the index folder, the open index, and how to rebuild it."""

    password: SecretStr
    index: Path
    get_index: GetIndex
    rebuild: Run


class Desk:
    """The documents of one index and what can be done with them; one for all who are logged in."""

    def __init__(self, admin: Admin) -> None:
        self.shelf = Shelf(admin.index)
        self._catalogue = Catalogue(self.shelf, admin.get_index)
        self._rebuild = Rebuild(admin.rebuild)

    def parts(self, *, find: str = "", page: int = 0) -> dict[str, str]:
        """The changing parts of the page as HTML, under the names of their places."""
        rows, problem = self._rows()
        return {
            "index": index_html(
                [_readable(root) for root in self.shelf.roots], rows, self._rebuild.last, problem=problem
            ),
            "list": list_html(rows, find=find, page=page),
            "retired": retired_html(self.shelf.retired()),
        }

    def preview(self, doc_id: str) -> dict[str, object]:
        """Title, facts, notes and the beginning of the document's text, all as plain text. Raises DocumentError."""
        preview = self._catalogue.preview(doc_id)
        facts = [doc_id, words.FROM_INDEX if preview.from_index else words.FROM_FILE]
        if len(preview.text) > PREVIEW_CHARS:
            facts.append(words.CUT.format(shown=PREVIEW_CHARS, total=len(preview.text)))
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
            stage = words.STAGES.get(now.stage, now.stage)
            text = words.STAGE_OF.format(stage=stage, done=now.done, total=now.total) if now.total else stage
            return {"running": True, "stage": stage, "text": text, "done": now.done, "total": now.total}
        ended = f"{words.NOT_REBUILT}: {last.error}" if last and last.error else words.REBUILT if last else ""
        return {"running": False, "text": ended}

    def leaves_out(self, name: str) -> bool:
        """True if the first folder holds a file `name` that no rebuild will read, because of its ignore file."""
        return self.shelf.holds(name) and all(file.path.name != name for file in self.shelf.files())

    def _rows(self) -> tuple[list[Row], str]:
        try:
            return self._catalogue.rows(), ""
        except RagbotError as error:
            return [], str(error)


def _readable(folder: Path) -> Path:
    """`folder` as a person would name it: from the root if it stands elsewhere than under the working folder."""
    return folder.resolve() if ".." in folder.parts else folder
