"""The login page as HTML: the operator's name, one field, and the fixed help for people in danger. Draws nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from ragbot.config import EmergencyNumber
from ragbot.safety import Danger, emergency_text, with_local_help
from ragbot.ui.display import escape
from ragbot.ui.fixed import disclaimer_html, english
from ragbot.ui.frame import contact_html, plain_header_html
from ragbot.ui.messages import message_html
from ragbot.ui.words import Words, translated


def login_html(
    words: Words,
    *,
    numbers: Sequence[EmergencyNumber] = (),
    has_logo: bool = False,
    error: str = "",
    encrypted: bool = True,
) -> str:
    """The whole page for a person without a session; `numbers` are the operator's, `error` is why the last try failed."""
    said = words.operating
    told = f'<p class="caution" role="alert">{escape(_sentence(translated(error, words)))}</p>' if error else ""
    warning = "" if encrypted else f'<p class="caution">{words.documents.not_encrypted}</p>'
    invalid = ' aria-invalid="true"' if error else ""
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f'<meta name="referrer" content="no-referrer"><title>{escape(words.page.name)}</title>'
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="login.css"></head><body class="entrance">'
        f'<div id="top">{plain_header_html(words, has_logo=has_logo)}</div><main id="entrance">'
        f'<form method="post" action="login"><h2>{said.log_in}</h2><p>{said.log_in_line}</p>{told}{warning}'
        f'<input name="username" autocomplete="username" value="chat" hidden>'  # for password managers
        f'<label for="password">{words.documents.asked_for}</label><input id="password" name="password" type="password"'
        f' autocomplete="current-password" required autofocus{invalid}><button>{said.log_in}</button>{contact_html(words)}</form>'
        f'{_help_html(words, numbers)}<p class="disclaimer">{disclaimer_html(words)}</p></main></body></html>'
    )


def _help_html(words: Words, numbers: Sequence[EmergencyNumber]) -> str:
    """The fixed texts for suicide and overdose, folded; their summary is always in sight."""
    parts = "".join(
        f'<details><summary>{summary}</summary><div class="card emergency"><div class="message"{english(words)}>'
        f"{message_html(with_local_help(emergency_text((danger,)), (danger,), numbers))}</div></div></details>"
        for summary, danger in (
            (words.operating.danger_self, Danger.SUICIDE_SELF),
            (words.operating.danger_taken, Danger.OVERDOSE),
        )
    )
    return f'<section class="in-danger" aria-labelledby="in-danger"><h2 id="in-danger">{words.operating.danger}</h2><div id="conversation">{parts}</div></section>'


def _sentence(line: str) -> str:
    return f"{line[:1].upper()}{line[1:]}."
