"""The password of the chat: signed sessions that outlive a restart, not a changed password; few wrong tries a minute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from ragbot.ui.access import ENTRANCE_SECONDS, ENTRANCE_TRIES_A_MINUTE, Entrance, TooManyTriesError, WrongPasswordError

PASSWORD = SecretStr("open sesame")
ENTRANCE = Entrance(PASSWORD)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_session_ends_when_its_time_is_over_and_not_before() -> None:
    clock = Clock()
    entrance = Entrance(PASSWORD, clock=clock)
    token = entrance.token()
    clock.now += ENTRANCE_SECONDS - 1
    assert entrance.admits(token)
    clock.now += 1
    assert not entrance.admits(token)


def test_a_session_outlives_a_restart_but_not_a_changed_password() -> None:
    token = ENTRANCE.token()
    assert Entrance(PASSWORD).admits(token)
    assert not Entrance(SecretStr("open barley")).admits(token)


@pytest.mark.parametrize("token", [None, "", ".", "..", "9999999999", "9999999999.aa.bb", "9999999999.aa.\ud800é"])
def test_what_was_not_given_out_admits_nobody(token: str | None) -> None:
    assert not ENTRANCE.admits(token)


@given(st.data())
def test_no_changed_session_admits(data: st.DataObject) -> None:
    token = ENTRANCE.token()
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda c: c != token[at]))
    assert not ENTRANCE.admits(token[:at] + other + token[at + 1 :])


def test_wrong_passwords_are_counted_for_each_address_and_forgotten_after_a_minute() -> None:
    clock = Clock()
    entrance = Entrance(PASSWORD, clock=clock)
    for _ in range(ENTRANCE_TRIES_A_MINUTE):
        with pytest.raises(WrongPasswordError):
            entrance.check("open barley", address="192.0.2.1")
    with pytest.raises(TooManyTriesError) as caught:
        entrance.check("open sesame", address="192.0.2.1")
    assert caught.value.wait_s == 61
    entrance.check("open sesame", address="192.0.2.2")
    clock.now += 60
    entrance.check("open sesame", address="192.0.2.1")
