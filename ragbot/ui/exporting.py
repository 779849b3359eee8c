"""A conversation as a Markdown file to keep: questions, quotes word for word, their sources, the disclaimer. Pure.

Takes turns, returns text; the page puts the same pieces together in the browser, so that nothing is stored for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from ragbot.datatypes import DISCLAIMER, Answer, Outcome, Quote, Source
from ragbot.rendering import N_NEAREST
from ragbot.ui.cautions import caution_text
from ragbot.ui.choosing import scope_label
from ragbot.ui.markdown import escape_markdown, item, one_line, quoted
from ragbot.ui.state import Turn
from ragbot.ui.words import Words, translated

SAVED = "{saved}"
_HASH_CHARS = 12  # enough to tell two versions of a file apart by eye; the JSON has all 64


def conversation_markdown(turns: Sequence[Turn], words: Words, *, saved: str) -> str:
    """All `turns` under a heading with the disclaimer and the date `saved`, as people write it."""
    heading = heading_markdown(words).replace(SAVED, saved)
    return "\n\n".join([heading, *(turn_markdown(turn, words) for turn in turns)]) + "\n"


def answer_markdown(answer: Answer, words: Words, *, day: date) -> str:
    """One answer as a conversation of one question, saved on `day`."""
    return conversation_markdown([Turn(1, answer.question, answer)], words, saved=words.date(day.isoformat()))


def heading_markdown(words: Words) -> str:
    """What stands before the first question; `{saved}` stands where the date belongs."""
    own_language = [one_line(words.page.disclaimer_line)] if words.page.disclaimer_line else []
    return "\n\n".join(
        [
            f"# {one_line(words.page.name)}: {one_line(words.keeping.title)}",
            one_line(words.keeping.saved.format(date=SAVED)),
            f"**{DISCLAIMER}**",
            *own_language,
            one_line(words.page.not_reviewed),
        ]
    )


def turn_markdown(turn: Turn, words: Words) -> str:
    """One question with its answer or the notice why there is none."""
    heading = f"## {turn.number}. {one_line(turn.question)}".rstrip()
    if turn.answer is None:
        return f"{heading}\n\n{one_line(words.answer.not_asked)}: {one_line(translated(turn.notice, words))}"
    return "\n\n".join([heading, *_answer(turn.answer, words)])


def source_text(quote: Quote, words: Words) -> str:
    """Title, section, page, kind, dates and cautions of a quote on one line of plain text."""
    cautions = [caution_text(caution, words) for caution in quote.cautions]
    return " · ".join([" › ".join(_path(quote)), *_facts(quote, words), *cautions])


def _answer(answer: Answer, words: Words) -> Iterator[str]:
    yield from _reading(answer, words)
    if answer.message:
        yield from _message(translated(answer.message, words))
    numbered = list(enumerate(answer.quotes, start=1))
    for kind, members in groupby(numbered, key=lambda one: (one[1].group or "").partition("-")[0]):
        yield from _group(kind, list(members), words)
    if answer.outcome is Outcome.NO_ANSWER:
        yield from _refusal(answer, words)
    for heading, questions in (
        (words.answer.also_asked, answer.also_asked),
        (words.answer.try_instead, answer.try_instead),
    ):
        if questions:
            yield "\n".join([f"{one_line(heading)}:\n", *(item(one_line(question)) for question in questions)])
    if answer.footer:
        yield from _message(answer.footer)
    if answer.index:
        yield one_line(words.keeping.index.format(fingerprint=answer.index))


def _reading(answer: Answer, words: Words) -> Iterator[str]:
    if answer.scope:
        titles = {quote.document: quote.title for quote in (*answer.quotes, *answer.nearest)}
        yield one_line(words.scope.searched_only.format(scope=scope_label(answer.scope, words, titles)))
    if answer.understood:
        yield f"{one_line(words.answer.understood)}: {one_line(answer.understood)}"
    if answer.searched_also:
        yield f"{one_line(words.answer.searched_also)}: {one_line(', '.join(answer.searched_also))}"


def _group(kind: str, members: Sequence[tuple[int, Quote]], words: Words) -> Iterator[str]:
    if kind == "list":
        if lead_in := members[0][1].lead_in:
            yield escape_markdown(lead_in)
        yield "\n\n".join(item(_quote(quote, words, number=number)) for number, quote in members)
        return
    if kind == "side":
        yield f"### {one_line(words.answer.differ)}"
        yield one_line(words.answer.differ_line)
    yield from (_quote(quote, words, number=number) for number, quote in members)


def _refusal(answer: Answer, words: Words) -> Iterator[str]:
    if answer.unknown_words:
        line = words.answer.unknown_words if answer.scope is None else words.scope.unknown_words
        yield one_line(line.format(words=", ".join(answer.unknown_words)))
    if answer.nearest:
        yield f"### {one_line(words.answer.nearest)}"
        yield from (_quote(quote, words) for quote in answer.nearest[:N_NEAREST])


def _quote(quote: Quote, words: Words, *, number: int | None = None) -> str:
    """The quote as a block quotation, its source below."""
    label = "" if number is None else f"[{number}] "
    lines = [f"— {label}{_source(quote, words)}", _place(quote, words)]
    lines += [one_line(caution_text(caution, words)) for caution in quote.cautions]
    if quote.sources:
        names = ", ".join(quote.sources)
        lines.append(f"{one_line(words.counted(words.answer.sources, len(quote.sources)))}: {one_line(names)}")
    if quote.also_in:
        lines.append(f"{one_line(words.answer.also_in)}: {'; '.join(_also(one, words) for one in quote.also_in)}")
    return f"{quoted(escape_markdown(quote.text))}\n\n" + "\\\n".join(lines)


def _source(quote: Quote, words: Words) -> str:
    title, *section = _path(quote)
    path = " › ".join([f"**{one_line(title)}**", *(one_line(part) for part in section)])
    return " · ".join([path, *(one_line(fact) for fact in _facts(quote, words))])


def _path(quote: Quote) -> list[str]:
    return [quote.title.strip() or quote.document, *(part for part in quote.section if part != quote.title)]


def _facts(quote: Quote, words: Words) -> list[str]:
    facts = [
        words.answer.page_number.format(number=quote.page) if quote.page else "",
        quote.kind or "",
        words.answer.published.format(date=words.date(quote.published)) if quote.published else "",
        words.answer.reviewed.format(date=words.date(quote.reviewed)) if quote.reviewed else "",
    ]
    return [fact for fact in facts if fact]


def _place(quote: Quote, words: Words) -> str:
    values = {"start": quote.span.start, "end": quote.span.end, "sha256": quote.sha256[:_HASH_CHARS]}
    return one_line(words.keeping.place.format(document=quote.document, **values))


def _also(source: Source, words: Words) -> str:
    date = words.answer.published.format(date=words.date(source.published)) if source.published else ""
    return " · ".join(one_line(part) for part in (source.title, source.document, date) if part)


def _message(message: str) -> Iterator[str]:
    """A fixed text: its bold words stay bold, its lines that begin with a dash become a list."""
    shown = [_bold(line) for line in message.splitlines() if line.strip()]
    for is_list, lines in groupby(shown, key=lambda line: line.startswith("– ")):
        if is_list:
            yield "\n".join(item(line.removeprefix("– ")) for line in lines)
        else:
            yield from lines


def _bold(line: str) -> str:
    pieces = re.split(r"\*\*(.+?)\*\*", line)
    return "".join(f"**{one_line(p)}**" if n % 2 else _within(p) for n, p in enumerate(pieces))


def _within(piece: str) -> str:
    """A piece of a line with the blanks at its edges, which part it from its neighbours."""
    inner = one_line(piece)
    before = " " if piece[:1].isspace() and inner else ""
    after = " " if piece[-1:].isspace() else ""
    return f"{before}{inner}{after}"
