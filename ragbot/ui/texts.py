"""Every word of the chat page that is not quoted from a document. Holds text only; layout is in the other modules."""

from __future__ import annotations

PAGE_NAME = "Ask the Articles"
PAGE_LINE = "Answers quoted word for word, each with its source."
NOT_REVIEWED = "These articles have not been reviewed by a clinician."

QUESTION_LABEL = "Your question"
QUESTION_HINT = "Ask in your own words"
SEND = "Send"
SEARCHING = "Searching the documents…"
KEYS = "Enter sends, Shift+Enter starts a new line."
DISCLAIMER_NAME = "Medical disclaimer"

WELCOME = "What would you like to know?"
WELCOME_LINE = (
    "Ask in your own words. You get the sentences of the articles that answer you, never a sentence made up here, "
    "and you can open each one where it stands."
)
EXAMPLES = "Questions these articles answer"

BUILDING = "The documents are being prepared"
BUILDING_LINE = (
    "You can write your question now. It can be answered as soon as this is done; the page notices by itself."
)
BUILD_STAGES = {
    "waiting": "Starting",
    "reading": "Reading documents",
    "embedding": "Preparing passages",
    "writing": "Saving the index",
    "opening": "Opening the index",
}
NOT_READY = "The documents are still being prepared. Your question is kept in the box; send it again in a moment."
BUILD_FAILED = "The documents could not be prepared"
UNAVAILABLE = "Questions cannot be answered at the moment"
UNAVAILABLE_STEP = "The page looks again by itself. If this stays, tell the person who runs this page."

NOT_ASKED = "This question was not answered"
FAILED = "Something went wrong here, and this question was not answered. It is still in the box; send it again."
LOST = "The connection to this page was lost. Your question is still in the box; send it again in a moment."
PASSAGE_FAILED = "The document could not be opened. Close this panel and try again."
PASSAGE_GONE = "This document is no longer in the index. Ask the question again to search the present documents."
PASSAGE_CHANGED = "This document has changed since the answer was given, so the quotation is not marked. Ask again."

MATCHES = (
    (0.7, "close", "Close match"),
    (0.5, "likely", "Likely match"),
    (0.0, "possible", "Possible match"),
)
MATCH_EXPLAINED = (
    "Of quotations that matched as well as this one, about {tenths} in 10 answered the question. "
    "This is about the match only: it does not say whether the article is right."
)
MATCH_EXPLAINED_LOW = (
    "Of quotations that matched as well as this one, fewer than 1 in 10 answered the question. "
    "This is about the match only: it does not say whether the article is right."
)
UNDERSTOOD = "Understood as"
ASK_ALONE = "Search only what I typed"
SEARCHED_ALSO = "Searched also"
MORE_QUOTES = ("1 more quotation", "{count} more quotations")
ALSO_IN = "Also in"
DIFFER = "The documents differ on this"
DIFFER_LINE = "Both are quoted. Which of them fits you is a question for your doctor or pharmacist."
SHOW = "Show in document"
PAGE_NUMBER = "page {number}"
PUBLISHED = "published {date}"
REVIEWED = "sources reviewed to {date}"
SOURCES = ("1 source of this article", "{count} sources of this article")
UNKNOWN_WORDS = "No document contains"
NEAREST = "The nearest passages, which may not answer your question"
TRY_INSTEAD = "Questions that the documents answer"
ALSO_ASKED = "You also asked; ask one question at a time"
YOU_ASKED = "You asked"

PANEL_NAME = "Document"
CLOSE = "Close"
BACK_TO_QUOTE = "Back to the quotation"
LOADING_PASSAGE = "Opening the document…"
