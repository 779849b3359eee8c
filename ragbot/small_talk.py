"""Greetings, thanks and questions about the program itself: fixed replies. Never about medicine."""

from __future__ import annotations

import re

_GREETING = "Hello. Ask me a question about the documents here, and I will answer with sentences quoted from them."
_THANKS = "You are welcome. You can ask another question at any time."
_ABOUT = (
    "I am a computer program. I search the documents here and answer only with sentences cut out of them, each with its "
    "source. I do not write sentences of my own about medicine, I cannot examine anyone, and I can be wrong about which "
    "sentence fits. If the documents do not answer a question, I say so."
)
_GOODBYE = "Goodbye. Take care."

_REPLIES = (
    (re.compile(r"^(?:hi+|hey+|hello+|hiya|good (?:morning|afternoon|evening|day)|greetings|hola|bonjour|hallo)(?: there| all| bot)?\W*$", re.I), _GREETING),
    (re.compile(r"^(?:ok(?:ay)?,? )?(?:thank(?:s| you)|thx|ty|cheers|much appreciated|great|perfect)(?: (?:so much|very much|a lot|for (?:your|the) (?:help|answers?|info\w*)|you|that helps?|that('s| is) (?:helpful|great)))*\W*$", re.I), _THANKS),
    (re.compile(r"^(?:bye+|goodbye|good ?night|see you|see ya)(?: then| now| bot)?\W*$", re.I), _GOODBYE),
    (re.compile(r"^(?:hi,? |hello,? )?(?:who|what) are you\W*$|^are you (?:a |an )?(?:real|human|person|robot|bot|ai|doctor|computer|program)(?: \w+)?\W*$|^(?:what|how) (?:can|do) you (?:do|work|help)(?: me)?\W*$|^(?:how does this|what is this)(?: (?:chat|bot|chatbot|site|page|program))?(?: work)?\W*$|^help\W*$", re.I), _ABOUT),
)  # fmt: skip


def small_talk_reply(message: str) -> str | None:
    """The fixed reply to a greeting, thanks or a question about the program, or None for anything else.

    >>> small_talk_reply("Thanks!") is not None, small_talk_reply("thanks, and for pain?")
    (True, None)
    """
    return next((reply for pattern, reply in _REPLIES if pattern.match(message.strip())), None)
