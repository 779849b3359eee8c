"""The rate limit of one address: how many at once, how many more with time, and bounded memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ragbot.ui.limits import RateLimit


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_then_one_whenever_a_share_of_the_minute_has_passed() -> None:
    clock = Clock()
    limit = RateLimit(3, clock=clock)
    assert [limit.take("192.0.2.1") for _ in range(5)] == [0, 0, 0, 20, 20]  # 60 s / 3
    clock.now += 19.5
    assert limit.take("192.0.2.1") == 1
    clock.now += 0.5
    assert [limit.take("192.0.2.1") for _ in range(2)] == [0, 20]
    clock.now += 3600
    assert [limit.take("192.0.2.1") for _ in range(4)] == [0, 0, 0, 20], "a bucket never holds more than it can"


def test_one_address_takes_nothing_from_another() -> None:
    limit = RateLimit(1, clock=Clock())
    assert limit.take("192.0.2.1") == 0
    assert limit.take("192.0.2.1") == 60
    assert limit.take("192.0.2.2") == 0


def test_the_addresses_of_one_ipv6_network_count_as_one() -> None:
    limit = RateLimit(1, clock=Clock())
    assert limit.take("2001:db8::1") == 0
    assert limit.take("2001:db8::2") > 0
    assert limit.take("2001:db8:0:1::1") == 0


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0, 30)), max_size=200))
def test_memory_stays_bounded_and_nobody_gets_more_than_the_bucket_and_the_refill(
    visits: list[tuple[int, float]],
) -> None:
    clock = Clock()
    limit = RateLimit(6, most_addresses=10, clock=clock)
    started, admitted = clock.now, 0
    for number, pause in visits:
        clock.now += pause
        admitted += limit.take("192.0.2.1") == 0  # comes before each other one, so it is never forgotten
        limit.take(f"198.51.100.{number}")
        assert len(limit) <= 10
    assert admitted <= 6 + (clock.now - started) * 6 / 60 + 1e-6
