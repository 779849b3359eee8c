"""A quote with its source as plain text, to be copied. Takes a Quote, returns a string; the words around it are given."""

from __future__ import annotations

from collections.abc import Iterator

from ragbot.datatypes import DISCLAIMER, Quote
from ragbot.ui.words import Words


def citation_text(quote: Quote, fingerprint: str, words: Words) -> str:
    """The quote word for word, line ends and all; where it stands; the file's hash and offsets; the disclaimer."""
    said = words.panel
    place = said.cited_place.format(
        document=quote.document, start=quote.span.start, end=quote.span.end, sha256=quote.sha256
    )
    source = "\n".join([", ".join(_source(quote, words)), place, said.cited_index.format(fingerprint=fingerprint)])
    return "\n\n".join(filter(None, [f"“{quote.text}”", source, DISCLAIMER, words.page.disclaimer_line]))


def _source(quote: Quote, words: Words) -> Iterator[str]:
    yield quote.title
    section = [part for part in quote.section if part != quote.title]
    if section:
        yield words.panel.cited_section.format(section=" › ".join(section))
    if quote.page is not None:
        yield words.answer.page_number.format(number=quote.page)
    if quote.published:
        yield words.answer.published.format(date=words.date(quote.published))
    if quote.reviewed:
        yield words.answer.reviewed.format(date=words.date(quote.reviewed))
