"""One question on the page: through the reception to the chat, or in words why it has to wait. Knows no gradio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from starlette.concurrency import run_in_threadpool

from ragbot.ui.asking import Asking
from ragbot.ui.chat import Chat
from ragbot.ui.lobby import FullError, StoppingError
from ragbot.ui.reception import Inquiry, LimitedError, Reception
from ragbot.ui.state import Turn

Shown = tuple[str, bool, list[Turn]]
"""The conversation as HTML, whether a bot was there, and all turns kept."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a question comes from, and the identifier of its request."""

    address: str = ""
    request: str = ""


async def ask_in_turn(
    chat: Chat, reception: Reception, event: object, turns: Sequence[Turn], visitor: Visitor
) -> Shown:
    """What `chat.ask` shows once it is this question's turn; a notice at once if it will not be, or help in danger."""
    inquiry = Inquiry(Asking.read(event).question, "page", visitor.address, visitor.request)
    try:
        return await reception.answer(inquiry, partial(chat.ask, event, turns), outcome=_outcome)
    except (LimitedError, FullError, StoppingError) as error:
        return await run_in_threadpool(chat.turn_away, event, turns, str(error))


def _outcome(shown: Shown) -> str:
    answer = shown[2][-1].answer
    return answer.outcome.value if answer else "not_asked"
