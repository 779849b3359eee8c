"""Settings come from RAGBOT_* variables, with defaults relative to the working directory."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ragbot.config import DEFAULT_CORPUS, Settings


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("INDEX", "ENCODER", "SYNONYMS", "KEEP_GENERATIONS", "THRESHOLD", "HOST", "PORT"):
        monkeypatch.delenv(f"RAGBOT_{name}", raising=False)


def test_the_defaults_are_local_and_relative() -> None:
    settings = Settings()
    assert (settings.index, DEFAULT_CORPUS) == (Path("index"), Path("corpus"))
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)
    assert settings.encoder is None
    assert settings.keep_generations == 3
    assert settings.synonyms is None
    assert settings.threshold is None


def test_variables_take_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "INDEX": "/x/y", "ENCODER": "/m", "SYNONYMS": "/s.json", "THRESHOLD": "0.5", "HOST": "0.0.0.0", "PORT": "80"
    }.items():  # fmt: skip
        monkeypatch.setenv(f"RAGBOT_{name}", value)
    settings = Settings()
    assert (settings.index, settings.encoder, settings.threshold) == (Path("/x/y"), Path("/m"), 0.5)
    assert (settings.host, settings.port, settings.synonyms) == ("0.0.0.0", 80, Path("/s.json"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THRESHOLD", "1.5"),
        ("THRESHOLD", "-0.1"),
        ("THRESHOLD", "nan"),
        ("THRESHOLD", "high"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "x"),
        ("KEEP_GENERATIONS", "1"),
    ],
)
def test_an_impossible_value_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"RAGBOT_{name}", value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert caught.value.errors()[0]["loc"] == (name.lower(),)


def test_an_unknown_setting_is_refused_as_an_argument() -> None:
    with pytest.raises(ValidationError, match="treshold"):
        Settings(treshold=0.5)
