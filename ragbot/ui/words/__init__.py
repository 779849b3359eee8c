"""The words of the interface: one JSON file a language in `ragbot/data/interface`, read into a typed value.

Every drawing function takes a `Words`; nothing else holds a word that a visitor reads. A new text is a field of a group
here (a new part of the page brings a group and a module of its own) and an entry in every language file, with the same
`{placeholders}`. What documents, people and the fixed safety texts say is never among them.
"""

from __future__ import annotations

from ragbot.ui.words.group import Counted, Group
from ragbot.ui.words.language import Words
from ragbot.ui.words.reading import DEFAULT_LANGUAGE, languages, load_words, read_words, translated

__all__ = ["DEFAULT_LANGUAGE", "Counted", "Group", "Words", "languages", "load_words", "read_words", "translated"]
