"""The bar that keeps an emergency's numbers in sight for the rest of a conversation. `assets/js/help.js` shows it."""

from __future__ import annotations

from ragbot.ui.display import escape
from ragbot.ui.fixed import english
from ragbot.ui.messages import first_calls
from ragbot.ui.words import Words


def help_bar_html(words: Words) -> str:
    """The bar without numbers, hidden until a turn with a help text arrives."""
    return (
        f'<aside id="help-bar" aria-label="{escape(words.guide.in_danger)}" hidden>'
        f'<p class="help-name" aria-hidden="true">{words.guide.in_danger}</p><ul class="help-calls"{english(words)}></ul>'
        f'<button type="button" data-show-help>{words.guide.show_help}</button>'
        f'<button type="button" class="hide" data-hide-help aria-label="{escape(words.guide.hide_help)}">×</button></aside>'
    )


def help_source_html(message: str) -> str:
    """What the bar shows after this emergency `message`: the numbers that it puts first, as links."""
    items = "".join(
        f'<li><a href="{call.href}"><b>{escape(call.number)}</b> <span>{escape(call.whose)}</span></a></li>'
        for call in first_calls(message)
    )
    return f'<template class="help-source">{items}</template>'
