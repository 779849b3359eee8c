"""Documents that say nearly the same as an earlier one, told by hashes of their sentences alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

NEAR = 0.8  # share of a document's sentences that stand in the earlier one
_HOLDERS = 8  # a sentence of every leaflet ("Ask your doctor.") would else compare each with all


def near_duplicates(hashes: Sequence[NDArray[np.uint64]]) -> Iterator[tuple[int, int, float]]:
    """For each document with an earlier one of nearly the same sentences: its number, the other's, the share.

    Of several earlier ones the one with the highest share, the first of equals. A sentence that stands in more than
    eight documents counts for the first eight of them only.

    >>> a, b = np.array([1, 2, 3, 4, 5], np.uint64), np.array([1, 2, 3, 4, 9], np.uint64)
    >>> list(near_duplicates([a, b]))
    [(1, 0, 0.8)]
    """
    holders: dict[int, list[int]] = defaultdict(list)
    for number, own in enumerate(hashes):
        distinct = np.unique(own).tolist()
        shared = Counter(holder for sentence in distinct for holder in holders.get(sentence, ()))
        if shared:
            other, n = min(shared.items(), key=lambda item: (-item[1], item[0]))
            if n >= NEAR * len(distinct):
                yield number, other, n / len(distinct)
        for sentence in distinct:
            if len(holders[sentence]) < _HOLDERS:
                holders[sentence].append(number)
