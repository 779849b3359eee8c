"""Greetings, thanks and questions about the program itself: fixed replies. Never about medicine."""

from __future__ import annotations

import re

_GREETING = "Hello. Ask me a question about the documents here, and I will answer with sentences quoted from them."
_THANKS = "You are welcome. You can ask another question at any time."
_ABOUT = (
    "I am a computer program. I search the documents here and answer only with sentences cut out of them, each with "
    "its source. I do not write sentences of my own about medicine, I cannot examine anyone, and I can be wrong about "
    "which sentence fits. If the documents do not answer a question, I say so."
)
_GOODBYE = "Goodbye. Take care."

_PATTERNS = (
    (
        r"(?:hi+|hey+|hello+|hiya|good (?:morning|afternoon|evening|day)|greetings|hola|bonjour|hallo)"
        r"(?: there| all| bot)?",
        _GREETING,
    ),
    (
        r"(?:ok(?:ay)?,? )?(?:thank(?:s| you)|thx|ty|cheers|much appreciated|great|perfect)"
        r"(?: (?:so much|very much|a lot|for (?:your|the) (?:help|answers?|info\w*)|you|that helps?"
        r"|that(?:'s| is) (?:helpful|great)))*",
        _THANKS,
    ),
    (r"(?:bye+|goodbye|good ?night|see you|see ya)(?: then| now| bot)?", _GOODBYE),
    (r"(?:hi,? |hello,? )?(?:who|what) are you", _ABOUT),
    (r"are you (?:a |an )?(?:real|human|person|robot|bot|ai|doctor|computer|program)(?: \w+)?", _ABOUT),
    (r"(?:what|how) (?:can|do) you (?:do|work|help)(?: me)?", _ABOUT),
    (r"(?:how does this|what is this)(?: (?:chat|bot|chatbot|site|page|program))?(?: work)?", _ABOUT),
    (r"help", _ABOUT),
)
_REPLIES = tuple((re.compile(rf"(?:{pattern})\W*", re.IGNORECASE), reply) for pattern, reply in _PATTERNS)


def small_talk_reply(message: str) -> str | None:
    """The fixed reply to a greeting, thanks or a question about the program, or None for anything else.

    >>> small_talk_reply("Thanks!") is not None, small_talk_reply("thanks, and for pain?")
    (True, None)
    """
    return next((reply for pattern, reply in _REPLIES if pattern.fullmatch(message.strip())), None)
