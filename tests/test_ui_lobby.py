"""Waiting for one's turn: in the order of coming, a few at once, told when there is no place or no time left."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from ragbot.ui.lobby import FullError, Lobby, StoppingError


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.005)


def held(gate: threading.Event, done: list[int], number: int) -> Callable[[], int]:
    def work() -> int:
        assert gate.wait(20)
        done.append(number)
        return number

    return work


def test_they_are_served_in_the_order_in_which_they_came() -> None:
    gate, done = threading.Event(), list[int]()

    async def main() -> list[int]:
        lobby = Lobby(at_once=1)
        waiting = [asyncio.create_task(lobby.run(held(gate, done, n))) for n in range(20)]
        await until(lambda: lobby.n_inside == 20)
        gate.set()
        return await asyncio.gather(*waiting)

    assert asyncio.run(main()) == done == list(range(20))


def test_no_more_run_at_once_than_may() -> None:
    running, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(3)

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(20)  # passes only if three are at work at the same time
        with lock:
            running -= 1

    async def main() -> None:
        lobby = Lobby(at_once=3)
        await asyncio.gather(*(lobby.run(work) for _ in range(9)))

    asyncio.run(main())
    assert most == 3


def test_one_more_than_fits_is_told_and_the_others_are_served() -> None:
    gate, done = threading.Event(), list[int]()

    async def main() -> list[int]:
        lobby = Lobby(at_once=1, most_waiting=2)
        inside = [asyncio.create_task(lobby.run(held(gate, done, n))) for n in range(3)]
        await until(lambda: lobby.n_inside == 3)
        with pytest.raises(FullError, match=r"^3 questions are waiting already; ask again in a minute$"):
            await lobby.run(lambda: 9)
        gate.set()
        served = await asyncio.gather(*inside)
        return [*served, await lobby.run(lambda: 9)]

    assert asyncio.run(main()) == [0, 1, 2, 9]


def test_an_error_goes_to_whoever_asked_and_frees_the_place() -> None:
    def fails() -> int:
        raise KeyError("mine")

    async def main() -> int:
        lobby = Lobby(at_once=1, most_waiting=0)
        with pytest.raises(KeyError, match="mine"):
            await lobby.run(fails)
        await until(lambda: lobby.n_inside == 0)
        return await lobby.run(lambda: 7)

    assert asyncio.run(main()) == 7


def test_who_goes_away_is_not_worked_for() -> None:
    gate, done = threading.Event(), list[int]()

    async def main() -> None:
        lobby = Lobby(at_once=1)
        first = asyncio.create_task(lobby.run(held(gate, done, 1)))
        second = asyncio.create_task(lobby.run(held(gate, done, 2)))
        await until(lambda: lobby.n_inside == 2)
        second.cancel()
        await until(lambda: lobby.n_inside == 1)
        with pytest.raises(asyncio.CancelledError):
            await second
        gate.set()
        await first

    asyncio.run(main())
    assert done == [1]


def test_when_it_stops_those_inside_finish_and_newcomers_are_told() -> None:
    gate, done = threading.Event(), list[int]()

    async def main() -> bool:
        lobby = Lobby(at_once=1)
        inside = [asyncio.create_task(lobby.run(held(gate, done, n))) for n in range(3)]
        await until(lambda: lobby.n_inside == 3)
        draining = asyncio.create_task(lobby.drain(30))
        await until(lambda: lobby.stopping)
        with pytest.raises(StoppingError):
            await lobby.run(lambda: 9)
        gate.set()
        await asyncio.gather(*inside)
        return await draining

    assert asyncio.run(main()) is True
    assert done == [0, 1, 2]


def test_who_waits_longer_than_the_stop_takes_is_told() -> None:
    begun, gate, done = threading.Event(), threading.Event(), list[int]()
    work = held(gate, done, 1)

    def begin() -> int:
        begun.set()
        return work()

    async def main() -> bool:
        lobby = Lobby(at_once=1)
        first = asyncio.create_task(lobby.run(begin))
        second = asyncio.create_task(lobby.run(held(gate, done, 2)))
        await until(lambda: lobby.n_inside == 2 and begun.is_set())  # what has not begun is turned away
        finished = await lobby.drain(0)
        with pytest.raises(StoppingError):
            await second
        gate.set()
        await first
        return finished

    assert asyncio.run(main()) is False
    assert done == [1]
