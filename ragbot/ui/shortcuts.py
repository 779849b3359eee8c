"""The keys that do something on the chat page, as a list in a dialog. What they do stands in `assets/js/shortcuts.js`."""

from __future__ import annotations

from ragbot.ui.display import escape
from ragbot.ui.words import Words

SINGLE_KEYS = (("?", "help"), ("/", "question"), ("j", "next"), ("k", "previous"), ("o", "open"))
"""Keys that work outside of text fields, and the name of what they do; a visitor may switch them off."""

_EVERYWHERE = (("enter", "send"), ("shift_enter", "line"), ("escape", "away"))


def shortcuts_button_html(words: Words) -> str:
    """The button that opens the list, for the header."""
    return (
        '<button type="button" class="tool" data-open="shortcuts" aria-haspopup="dialog" aria-keyshortcuts="?">'
        f'<kbd aria-hidden="true">?</kbd><span>{words.shortcuts.button}</span></button>'
    )


def shortcuts_html(words: Words) -> str:
    """The dialog with the list and the switch."""
    keys, does = words.shortcuts.keys, words.shortcuts.does
    rows = [(f"<kbd>{escape(key)}</kbd>", name) for key, name in SINGLE_KEYS]
    rows += [("".join(f"<kbd>{part}</kbd>" for part in keys[key].split(" + ")), name) for key, name in _EVERYWHERE]
    listed = "".join(f"<div><dt>{key}</dt><dd>{does[name]}</dd></div>" for key, name in rows)
    data = "".join(f' data-{name}="{escape(key)}"' for key, name in SINGLE_KEYS)
    return (
        f'<dialog id="shortcuts" class="sheet" aria-labelledby="shortcuts-name"{data}><div class="sheet-bar">'
        f'<h2 id="shortcuts-name">{words.shortcuts.name}</h2>'
        f'<button type="button" class="quiet" data-close>{words.panel.close}</button></div>'
        f'<dl class="keys">{listed}</dl>'
        f'<label class="switch"><input type="checkbox" id="single-keys" checked><span>{words.shortcuts.single}</span></label>'
        f"<p>{words.shortcuts.single_line}</p></dialog>"
    )
