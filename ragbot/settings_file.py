"""Where the settings come from: RAGBOT_* variables, else a TOML file, else the defaults. Knows no setting by name.

The file is the one that a command names, or RAGBOT_SETTINGS, or `ragbot.toml` in the working directory. Relative paths
in it count from the file's folder. Whatever is wrong is one line with the file's line number.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr, ValidationError

from ragbot.config import Settings
from ragbot.errors import SettingsError

DEFAULT_FILE = Path("ragbot.toml")
_PREFIX = "RAGBOT_"
_FILE_VARIABLE = "RAGBOT_SETTINGS"
_MAX_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings in force, where each comes from, and variables that look like settings and are none."""

    settings: Settings
    origins: Mapping[str, str]
    unknown_variables: tuple[str, ...]


def load(file: Path | None = None) -> LoadedSettings:
    """Read the settings. Raises SettingsError, whose text names the setting, its value and its line or variable."""
    variables = {name.upper() for name in os.environ if name.upper().startswith(_PREFIX)}
    path = file or _named_file()
    text = _read(path) if path else ""
    values = _parsed(text, path) if path else {}
    _refuse_unknown(values, text, path)
    in_force = {name: value for name, value in values.items() if _variable(name) not in variables}
    try:
        settings = Settings(**_resolved(in_force, path))
    except ValidationError as error:
        raise SettingsError(_complaint(error, in_force, text, path)) from error
    origins = {}
    for name in Settings.model_fields:
        if _variable(name) in variables:
            origins[name] = f"environment {_variable(name)}"
        elif name in in_force:
            origins[name] = f"{path} line {_line(text, (name,))}"
        else:
            origins[name] = "default"
    known = {_variable(name) for name in Settings.model_fields} | {_FILE_VARIABLE, "RAGBOT_CHROMIUM"}
    return LoadedSettings(settings, origins, tuple(sorted(variables - known)))


def shown(value: object) -> str:
    """A setting's value for a person; a secret is only said to be set.

    >>> shown(SecretStr("abc")), shown(None), shown(True), shown(("10.0.0.0/8",))
    ('(set, not shown)', '(none)', 'true', '10.0.0.0/8')
    """
    if isinstance(value, SecretStr):
        return "(set, not shown)"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "(none)"
    return "(none)" if value is None or value == "" else str(value)


def _named_file() -> Path | None:
    if named := os.environ.get(_FILE_VARIABLE):
        return Path(named)
    return DEFAULT_FILE if DEFAULT_FILE.exists() else None


def _read(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"cannot read the settings file {path} ({error.strerror}); name another") from error
    if len(content) > _MAX_BYTES:
        raise SettingsError(
            f"settings file {path} has {len(content):,} bytes; is it the right file? See: ragbot settings"
        )
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SettingsError(f"settings file {path} is not UTF-8 text; save it so") from error


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"settings file {path} is not TOML: {error}; correct that line") from error


def _refuse_unknown(values: Mapping[str, Any], text: str, path: Path | None) -> None:
    for name in values:
        if name not in Settings.model_fields:
            near = difflib.get_close_matches(name, Settings.model_fields, n=1)
            step = f"did you mean {near[0]!r}?" if near else "remove it; for the names see: ragbot settings"
            raise SettingsError(f"{path} line {_line(text, (name,))}: there is no setting {name!r}; {step}")


def _resolved(values: Mapping[str, Any], path: Path | None) -> dict[str, Any]:
    """`values` with relative paths as seen from the file's folder."""
    folder = path.parent if path else Path()
    return {
        name: str(folder / Path(value).expanduser()) if isinstance(value, str) and _is_path(name) else value
        for name, value in values.items()
    }


def _is_path(name: str) -> bool:
    kind = Settings.model_fields[name].annotation
    return kind is Path or Path in get_args(kind)


def _is_secret(name: str) -> bool:
    return "password" in name


def _complaint(error: ValidationError, values: Mapping[str, Any], text: str, path: Path | None) -> str:
    first = error.errors()[0]
    place = first["loc"]
    name = str(place[0])
    value = "(not shown)" if _is_secret(name) else repr(first["input"])
    reason = first["msg"].removeprefix("Value error, ")
    if name not in values:
        return f"setting {_variable(name)}={value}: {reason}; correct or unset it"
    where = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in place)
    line = _line(text, tuple(part for part in place if isinstance(part, str | int)))
    return f"{path} line {line}: {where} = {value}: {reason}; correct or remove it"


def _line(text: str, place: tuple[str | int, ...]) -> int:
    """The line on which the statement begins that gives `place` (keys and positions) its value.

    A place that no statement gives is that of what should hold it.

    >>> _line("port = 1\\n\\n[[emergency_numbers]]\\nregion = '''\\nport'''\\nnumber = 'x'\\n", ("emergency_numbers", 0, "number"))
    6
    """
    lines = text.split("\n")
    whole = 0  # lines up to here are TOML by themselves; what follows begins a statement
    for end in range(1, len(lines) + 1):
        try:
            values: Any = tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue  # in the middle of a statement of several lines
        if _holds(values, place):
            return whole + 1
        whole = end
    return _line(text, place[:-1]) if len(place) > 1 else 1


def _holds(values: Any, place: tuple[str | int, ...]) -> bool:
    for part in place:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _variable(name: str) -> str:
    return _PREFIX + name.upper()
