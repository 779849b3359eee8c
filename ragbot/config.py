"""Settings an operator may change, with their defaults. Passed on as arguments, read nowhere else.

This module says what settings there are and which values they take; `settings_file` says where they come from.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_CORPUS = Path("corpus")
DEFAULT_INDEX = Path("index")
KEEP_GENERATIONS = 3
OLD_AFTER_YEARS = 5


def _sub_path(path: str) -> str:
    if path and not re.fullmatch(r"(?:/[A-Za-z0-9._~-]+)+", path):
        raise ValueError("a path under which the page stands begins with / and ends without, such as /questions")
    return path


def _network(value: str) -> str:
    ipaddress.ip_network(value, strict=False)
    return value


def _given(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().strip():
        raise ValueError("a password has at least one letter; leave the setting out for none")
    return secret


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("this has to be one line of text")
    return text.strip()


def _telephone(number: str) -> str:
    if not re.fullmatch(r"\+?[0-9](?:[ ()/-]{0,2}[0-9]){1,19}", number):
        raise ValueError("a telephone number is digits, with blanks or / between them, such as 0800 111 0 111")
    return number


def _colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError("a colour is written as #rrggbb, such as #0c5a60")
    return value


OneLine = AfterValidator(_one_line)
Colour = Annotated[str, AfterValidator(_colour)]
Network = Annotated[str, AfterValidator(_network)]


class EmergencyNumber(BaseModel):
    """A help line of the operator's region: `call` shows with every emergency, the others where they fit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: Annotated[str, OneLine, Field(min_length=1, max_length=40)]
    number: Annotated[str, AfterValidator(_telephone)]
    name: Annotated[str, OneLine, Field(max_length=60)] = ""
    kind: Literal["call", "talk", "poison"] = "call"

    def __str__(self) -> str:
        return f"{self.region}: {self.name} {self.number}".replace(":  ", ": ")


class Settings(BaseSettings):
    """Values are those of RAGBOT_* variables, else the defaults. An unknown or ill-formed value is refused by name.

    `threshold` None means the shipped one; `encoder` None means the packaged all-MiniLM-L6-v2. `reader` "none" answers
    from plain features alone, for machines where reading question and passage together takes too long. `synonyms` is a
    JSON file of a clinic's own groups, beside the packaged ones. `keep_generations` counts the current index; at least
    two are kept, since a running chat may be opening the one before. Of a source whose dates are more than
    `old_after_years` ago is said that it may be out of date; 0 says it of none. `admin` opens the documents page of
    `ragbot serve` to whoever knows `admin_password`; without a password it is refused. `language` is that of the
    interface: one with a file in `ragbot/data/interface`.
    `keep_questions` is a file that questions asked on the page are added to, `feedback` one for what visitors say of the
    answers; without them nothing is kept, and the page says when something is.

    `name`, `colour`, `logo`, `contact` and `disclaimer_addition` are the look and words of the operator's own; the
    disclaimer itself never changes. `emergency_numbers` stand before the fixed help, which stays. `password` closes the
    chat and its API; `questions_a_minute` is for each address, None without limit. An address comes from a forwarding
    header only behind `trusted_proxies`. `root_path` is where a reverse proxy puts the page. `log` "auto" writes JSON
    lines unless stderr is a terminal. `stop_seconds` is how long questions in flight may take when the page is stopped.
    """

    model_config = SettingsConfigDict(env_prefix="RAGBOT_", extra="forbid")

    index: Path = DEFAULT_INDEX
    encoder: Path | None = None
    reader: Literal["shipped", "none"] = "shipped"
    synonyms: Path | None = None
    keep_generations: int = Field(default=KEEP_GENERATIONS, ge=2)
    threshold: float | None = Field(default=None, ge=0.0, le=1.0)
    old_after_years: int = Field(default=OLD_AFTER_YEARS, ge=0)
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)
    admin: bool = False
    admin_password: SecretStr | None = None
    language: str = "en"
    keep_questions: Path | None = None
    feedback: Path | None = None
    name: Annotated[str, OneLine, Field(max_length=60)] = ""
    colour: Colour | None = None
    colour_dark: Colour | None = None
    logo: Path | None = None
    contact: Annotated[str, OneLine, Field(max_length=300)] = ""
    disclaimer_addition: Annotated[str, OneLine, Field(max_length=500)] = ""
    emergency_numbers: tuple[EmergencyNumber, ...] = Field(default=(), max_length=20)
    password: Annotated[SecretStr, AfterValidator(_given)] | None = None
    questions_a_minute: int | None = Field(default=None, ge=1)
    trusted_proxies: tuple[Network, ...] = ()
    root_path: Annotated[str, AfterValidator(_sub_path)] = ""
    api: bool = True
    log: Literal["auto", "json", "off"] = "auto"
    log_questions: bool = False
    stop_seconds: float = Field(default=10.0, ge=0.0, le=300.0)
