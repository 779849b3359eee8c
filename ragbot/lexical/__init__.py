"""Words, stems and BM25, through PyStemmer and bm25s. Their only home; knows nothing of vectors or answers.

`stems` makes terms of text, `vocabulary` keeps words in arrays, `postings` counts terms into BM25's matrix, and `index`
ties the three together.
"""

from ragbot.lexical.index import K1, B, LexicalIndex
from ragbot.lexical.stems import content_words, stem, terms, words
from ragbot.lexical.vocabulary import Vocabulary

__all__ = ["K1", "B", "LexicalIndex", "Vocabulary", "content_words", "stem", "terms", "words"]
