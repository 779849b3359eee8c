"""How many questions one address may ask: a bucket of tokens for each, refilled steadily. Knows nothing of the web."""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_ADDRESSES = 10_000


class RateLimit:
    """At most `a_minute` questions at once from one address, and as many again every minute.

    `clock` counts seconds. Remembers the `most_addresses` seen last, so that memory stays bounded; one that is
    forgotten begins with a full bucket. Safe to share by threads.
    """

    def __init__(
        self, a_minute: int, *, most_addresses: int = MOST_ADDRESSES, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._capacity = float(a_minute)
        self._a_second = a_minute / 60
        self._most = most_addresses
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens left, and when that was
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, address: str) -> int:
        """0 if a question from `address` may be asked now, else the whole seconds until the next one may."""
        key = asker(address)
        with self._lock:
            now = self._clock()
            tokens, then = self._buckets.pop(key, (self._capacity, now))
            tokens = min(self._capacity, tokens + (now - then) * self._a_second)
            admitted = tokens >= 1
            self._buckets[key] = (tokens - 1 if admitted else tokens, now)
            while len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        return 0 if admitted else max(1, math.ceil((1 - tokens) / self._a_second))


def asker(address: str) -> str:
    """What counts as one address: an IPv4 address, or the network of 64 bits that an IPv6 address belongs to.

    >>> asker("192.0.2.7"), asker("2001:db8:1:2:3::4"), asker("::ffff:192.0.2.7"), asker("somewhere")
    ('192.0.2.7', '2001:db8:1:2::/64', '192.0.2.7', 'somewhere')
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))
