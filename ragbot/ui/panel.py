"""What the document panel answers: a document, a page of it as a picture, a check. Values in, HTML out; no gradio."""

from __future__ import annotations

from collections.abc import Callable

from ragbot.ageing import Ageing
from ragbot.datatypes import Document, Quote
from ragbot.errors import BusyError, RagbotError
from ragbot.receipts import Checked
from ragbot.ui.cautions import cautions_html
from ragbot.ui.citation import citation_text
from ragbot.ui.evidence import Evidence
from ragbot.ui.page_view import no_picture_html, page_html
from ragbot.ui.passage import notice_html, passage_html
from ragbot.ui.passage_tools import checked_html, tools_html, trouble_html
from ragbot.ui.place import Place
from ragbot.ui.state import GetBot, OpenIndex
from ragbot.ui.words import Words


class Panel:
    """The document panel for all visitors; each request says by itself which document and place it is about.

    `ageing` tells what counts as old or superseded in an index; None means that nothing does.
    """

    def __init__(
        self,
        get_bot: GetBot,
        evidence: Evidence,
        *,
        words: Words,
        ageing: Callable[[OpenIndex], Ageing] | None = None,
    ) -> None:
        self._get_bot = get_bot
        self._ageing = ageing
        self._evidence = evidence
        self._words = words

    def show_document(self, sent: object) -> str:
        """The document at a place, with the quote marked if it still is what was quoted, and what can be done with it."""
        place = Place.read(sent)
        try:
            index = self._get_bot().index
            document = index.document(place.document)
        except KeyError:
            return notice_html(self._words.panel.gone, self._words)
        except RagbotError as error:
            return notice_html(str(error), self._words)
        span = place.span_in(document)
        changed = span is None and (place.at is None or place.span is not None)
        return passage_html(
            document,
            span,
            self._words,
            at=place.at,
            notice=self._words.panel.changed if changed else "",
            cautions=cautions_html(self._ageing(index).cautions(document), self._words) if self._ageing else "",
            tools=self._tools(place, document, index.fingerprint),
        )

    def show_page(self, sent: object) -> str:
        """The page of a PDF file that the place names, or on which its quote begins, as a picture with the quote boxed."""
        place = Place.read(sent)
        try:
            document = self._get_bot().index.document(place.document)
            number = place.page or document.page(place.span.start if place.span else 0) or 1
            picture = self._evidence.picture(document, number - 1)
        except KeyError:
            return trouble_html(self._words.panel.gone, self._words)
        except RagbotError as error:
            return trouble_html(self._said(error), self._words)
        if isinstance(picture, Checked):
            return no_picture_html(picture, self._words)
        return page_html(document, place.span_in(document), picture, number=number, words=self._words)

    def verify(self, sent: object) -> str:
        """One line: does the quote stand in its file at this moment?"""
        place = Place.read(sent)
        try:
            index = self._get_bot().index
            asked = place.receipt(_found(index, place.document), index.fingerprint)
            if asked is None:
                return trouble_html(self._words.panel.gone, self._words)
            receipt, text = asked
            return checked_html(self._evidence.check(receipt, text=text), receipt, self._words)
        except RagbotError as error:
            return trouble_html(self._said(error), self._words)

    def _tools(self, place: Place, document: Document, fingerprint: str) -> str:
        span = place.span_in(document)
        copied = citation_text(Quote.cut(document, span), fingerprint, self._words) if span else ""
        return tools_html(document, span, self._words, copied=copied, can_verify=place.span is not None)

    def _said(self, error: RagbotError) -> str:
        return self._words.panel.busy if isinstance(error, BusyError) else str(error)


def _found(index: OpenIndex, doc_id: str) -> Document | None:
    try:
        return index.document(doc_id)
    except KeyError:
        return None
