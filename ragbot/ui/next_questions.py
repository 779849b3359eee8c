"""Questions to ask next that the documents really answer: each candidate is put to the bot before it is offered.

Runs after an answer is on the page, so that nobody waits for it, and stops as soon as somebody asks something. What the
bot said of a candidate is remembered for as long as its index stays.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from ragbot.datatypes import Answer, Outcome, Span
from ragbot.errors import RagbotError
from ragbot.scope import Scope
from ragbot.suggesting import next_candidates
from ragbot.ui.display import escape
from ragbot.ui.state import AnsweringBot, Turn
from ragbot.ui.words import Words

N_QUESTIONS = 3
MAX_TRIED = 8  # of one answer's candidates
_REMEMBERED = 4_096

Place = tuple[str, Span]


class NextQuestions:
    """Finds and remembers them for all visitors; `busy` tells whether somebody waits for an answer. Safe to share."""

    def __init__(self, *, busy: Callable[[], bool] = lambda: False) -> None:
        self._busy = busy
        self._known: OrderedDict[tuple[str, str, Scope | None], Place | None] = OrderedDict()
        self._lock = threading.Lock()

    def after(self, bot: AnsweringBot, turns: Sequence[Turn]) -> tuple[str, ...]:
        """At most three questions after the last of `turns`, each with an answer of its own that is not there already.

        None after anything but an answer or a refusal; fewer when somebody asks meanwhile.
        """
        last = turns[-1].answer if turns else None
        if last is None or last.outcome not in (Outcome.ANSWERED, Outcome.NO_ANSWER):
            return ()
        shown = [(quote.document, quote.span) for quote in last.quotes]
        found: list[str] = []
        try:
            for question in islice(_candidates(bot, last, turns), MAX_TRIED):
                if len(found) == N_QUESTIONS or not self._may_try(bot, question, last.scope):
                    break
                place = self._answer_place(bot, question, last.scope)
                if place and not any(_overlap(place, other) for other in shown):
                    found.append(question)
                    shown.append(place)
        except (RagbotError, KeyError):  # the index went away or changed: what was found may be true no more
            return ()
        return tuple(found)

    def _may_try(self, bot: AnsweringBot, question: str, scope: Scope | None) -> bool:
        with self._lock:
            known = (bot.index.fingerprint, question, scope) in self._known
        return known or not self._busy()

    def _answer_place(self, bot: AnsweringBot, question: str, scope: Scope | None) -> Place | None:
        """Where the bot's first quote for `question` in `scope` stands; None if it gives no answer."""
        key = (bot.index.fingerprint, question, scope)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        answer = bot.ask_turns([question], scope=scope)
        place = (answer.quotes[0].document, answer.quotes[0].span) if answer.outcome is Outcome.ANSWERED else None
        with self._lock:
            self._known[key] = place
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return place


def next_questions_html(questions: Sequence[str], turn: Turn, words: Words) -> str:
    """The questions as buttons that ask them, under a heading that fits the last `turn`; empty without any."""
    if not questions:
        return ""
    answered = turn.answer is not None and turn.answer.outcome is Outcome.ANSWERED
    items = "".join(
        f'<li><button type="button" class="chip" dir="auto" data-ask="{escape(question)}" data-alone>'
        f"{escape(question)}</button></li>"
        for question in questions
    )
    return (
        f'<section class="next" data-turn="{turn.number}" aria-labelledby="next-name"><h3 id="next-name">'
        f"{words.guide.next if answered else words.answer.try_instead}</h3><ul>{items}</ul></section>"
    )


def _candidates(bot: AnsweringBot, last: Answer, turns: Sequence[Turn]) -> Iterator[str]:
    return next_candidates(last, bot.index.document, asked=[turn.question for turn in turns])


def _overlap(one: Place, other: Place) -> bool:
    return one[0] == other[0] and one[1].overlap(other[1]) > 0
