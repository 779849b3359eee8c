"""Words of a quote that a glossary explains: marked where they stand, their meaning in a card beside the quote.

The marks add no character to the quote, and the cards stand outside of it, so what is copied is the document's own.
`assets/js/terms.js` shows a card on hover, focus or tap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragbot.datatypes import Definition, Quote
from ragbot.ui.display import attribute, escape, joined, with_breaks
from ragbot.ui.words import Words


@dataclass(frozen=True, slots=True)
class Explained:
    """The definitions of one turn; a card's id is made of the turn's number and the definition's place among them."""

    turn: int
    definitions: tuple[Definition, ...] = ()

    def of_quote(self, number: int) -> list[tuple[str, Definition]]:
        """Id and definition of each word of quote `number` (from 0)."""
        pairs = enumerate(self.definitions)
        return [(f"word-{self.turn}-{i}", one) for i, one in pairs if one.number == number]


def quote_text_html(quote: Quote, terms: Sequence[tuple[str, Definition]] = (), *, only_parts: bool = False) -> str:
    """The quote's text with its answering words marked, and each of `terms` as something to point at.

    A term that lies half inside a highlight is left as it is. With `only_parts` a highlight of the whole quote is not
    shown: where every line is marked, none is.
    """
    parts, position = [], 0
    highlights = joined(quote.highlights, len(quote.text))
    if only_parts and highlights == [(0, len(quote.text))]:
        highlights = []
    for start, end in highlights:
        parts.append(_stretch(quote.text, position, start, terms))
        parts.append(f"<mark>{_stretch(quote.text, start, end, terms)}</mark>")
        position = end
    parts.append(_stretch(quote.text, position, len(quote.text), terms))
    return with_breaks("".join(parts), quote.text)


def meanings_html(terms: Sequence[tuple[str, Definition]], words: Words) -> str:
    """The cards of `terms`, hidden until their word is pointed at: the glossary's own sentence, and where it stands."""
    return "".join(_meaning_html(name, one, words) for name, one in terms)


def _stretch(text: str, start: int, end: int, terms: Sequence[tuple[str, Definition]]) -> str:
    parts, position = [], start
    for name, one in terms:
        if position <= one.start and one.end <= end:
            parts += [escape(text[position : one.start]), _term_html(name, text[one.start : one.end])]
            position = one.end
    return "".join(parts) + escape(text[position:end])


def _term_html(name: str, text: str) -> str:
    return (
        f'<span class="term" role="button" tabindex="0" aria-describedby="{name}-text" data-meaning="{name}">'
        f"{escape(text)}</span>"
    )


def _meaning_html(name: str, definition: Definition, words: Words) -> str:
    meaning = definition.quote
    label = words.guide.meaning.format(term=escape(definition.term))
    return (
        f'<div class="meaning" id="{name}" role="group" aria-label="{label}" hidden>'
        f'<p class="meaning-text" id="{name}-text" dir="auto">{escape(meaning.text)}</p>'
        f'<p class="meaning-source"><cite dir="auto">{escape(meaning.title)}</cite> '
        f'<button type="button" class="show" data-document="{attribute(meaning.document)}"'
        f' data-start="{meaning.span.start}" data-end="{meaning.span.end}" data-sha256="{escape(meaning.sha256)}">'
        f'{words.answer.show}<span class="unseen">: {escape(meaning.title)}</span></button></p></div>'
    )
