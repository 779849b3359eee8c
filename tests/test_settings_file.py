"""One settings file: found, read, overridden by variables, and refused in one line that names the place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.config import Settings
from ragbot.errors import SettingsError
from ragbot.settings_file import load, shown


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("RAGBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def refused(text: str) -> str:
    write(Path("ragbot.toml"), text)
    with pytest.raises(SettingsError) as caught:
        load()
    return str(caught.value)


def test_without_file_and_variables_everything_is_the_default() -> None:
    loaded = load()
    assert loaded.settings == Settings()
    assert set(loaded.origins) == set(Settings.model_fields)
    assert set(loaded.origins.values()) == {"default"}


def test_the_file_in_the_working_directory_is_read_and_a_variable_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path("ragbot.toml"), "# our clinic\nport = 8000\nname = 'Ask the clinic'\nthreshold = 0.5\n")
    monkeypatch.setenv("RAGBOT_PORT", "9000")
    loaded = load()
    assert (loaded.settings.port, loaded.settings.name, loaded.settings.threshold) == (9000, "Ask the clinic", 0.5)
    assert loaded.origins["port"] == "environment RAGBOT_PORT"
    assert loaded.origins["name"] == "ragbot.toml line 3"
    assert loaded.origins["host"] == "default"


def test_a_named_file_goes_before_the_variable_and_that_before_the_working_directory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(Path("ragbot.toml"), "port = 8001")
    write(Path("second.toml"), "port = 8002")
    write(Path("third.toml"), "port = 8003")
    assert load().settings.port == 8001
    monkeypatch.setenv("RAGBOT_SETTINGS", "second.toml")
    assert load().settings.port == 8002
    assert load(Path("third.toml")).settings.port == 8003


def test_relative_paths_count_from_the_file(tmp_path: Path) -> None:
    file = write(
        tmp_path / "clinic" / "ours.toml", f"index = 'our-index'\nsynonyms = '{tmp_path}/s.json'\nhost = 'here'\n"
    )
    settings = load(file).settings
    assert (settings.index, settings.synonyms) == (tmp_path / "clinic" / "our-index", tmp_path / "s.json")
    assert settings.host == "here", "no path, though it could be one"


def test_a_variables_path_counts_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "clinic" / "ours.toml", "index = 'our-index'\n")
    monkeypatch.setenv("RAGBOT_INDEX", "my-index")
    assert load(file).settings.index == Path("my-index")


def test_an_unknown_name_is_refused_with_its_line_and_the_nearest_one() -> None:
    line = refused("port = 8000\n\ntreshold = 0.5\n")
    assert line == "ragbot.toml line 3: there is no setting 'treshold'; did you mean 'threshold'?"
    assert refused("zzz = 1") == (
        "ragbot.toml line 1: there is no setting 'zzz'; remove it; for the names see: ragbot settings"
    )


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("host = 'x'\nport = 0\n", "ragbot.toml line 2: port = 0: "),
        ("colour = 'red'\n", "ragbot.toml line 1: colour = 'red': a colour is written as #rrggbb"),
        (
            "root_path = 'chat/'\n",
            "ragbot.toml line 1: root_path = 'chat/': a path under which the page stands begins ",
        ),
        (
            "trusted_proxies = [\n  '10.0.0.0/8',\n  'everyone',\n]\n",
            "ragbot.toml line 1: trusted_proxies.2 = 'everyone': ",
        ),
        (
            "[[emergency_numbers]]\nregion = 'Germany'\nnumber = '112'\n[[emergency_numbers]]\nregion = 'Austria'\n"
            "number = 'call us'\n",
            "ragbot.toml line 6: emergency_numbers.2.number = 'call us': ",
        ),
        ("[[emergency_numbers]]\nregion = 'Germany'\n", "ragbot.toml line 1: emergency_numbers.1.number = "),
        (
            "[[emergency_numbers]]\nregion='x'\nnumber='112'\nkin='talk'\n",
            "ragbot.toml line 4: emergency_numbers.1.kin = ",
        ),
        ('name = "two\\nlines"\n', "ragbot.toml line 1: name = 'two\\nlines': this has to be one line"),
        ("port = = 3\n", "settings file ragbot.toml is not TOML: "),
        ("port = 1\nport = 2\n", "settings file ragbot.toml is not TOML: "),
    ],
)
def test_an_impossible_value_is_refused_with_its_line(text: str, begins: str) -> None:
    assert refused(text).startswith(begins)


def test_a_password_is_never_shown() -> None:
    assert "4711" not in refused("password = 4711\n")
    assert "line 1: password = (not shown): " in refused("password = ' '\n")
    write(Path("ragbot.toml"), "password = 'open sesame'\n")
    settings = load().settings
    assert "sesame" not in repr(settings)
    assert shown(settings.password) == "(set, not shown)"


def test_a_variable_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path("ragbot.toml"), "port = 8000\n")
    monkeypatch.setenv("RAGBOT_PORT", "many")
    with pytest.raises(SettingsError, match=r"^setting RAGBOT_PORT='many': .*; correct or unset it$"):
        load()


def test_a_variable_that_is_no_setting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGBOT_TRESHOLD", "0.5")
    assert load().unknown_variables == ("RAGBOT_TRESHOLD",)


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^cannot read the settings file none.toml \("):
        load(Path("none.toml"))
    (tmp_path / "latin.toml").write_bytes(b"name = '\xe9'")
    with pytest.raises(SettingsError, match=r"is not UTF-8 text; save it so$"):
        load(tmp_path / "latin.toml")


@given(
    st.lists(
        st.sampled_from(
            ["port = 81", "host = '''\na\nport = 3\n'''", "# port = 1", "", "trusted_proxies = [\n]", "api = true"]
        ),
        unique=True,
    )
)
def test_a_setting_stands_on_the_line_where_its_statement_begins(statements: list[str]) -> None:
    """Each statement's first line is one after the lines of those before it."""
    write(Path("ragbot.toml"), "\n".join(statements))
    origins, before = load().origins, 0
    for statement in statements:
        name = statement.partition(" = ")[0]
        if name in Settings.model_fields:
            assert origins[name] == f"ragbot.toml line {before + 1}"
        before += statement.count("\n") + 1
