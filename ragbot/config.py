"""Settings an operator may change, from RAGBOT_* environment variables. Passed on as arguments, read nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_CORPUS = Path("corpus")
DEFAULT_INDEX = Path("index")
KEEP_GENERATIONS = 3


class Settings(BaseSettings):
    """Defaults are relative to the working directory. An unknown or ill-formed value is refused by name.

    `threshold` None means the shipped one; `encoder` None means the packaged all-MiniLM-L6-v2. `reader` "none" answers
    from plain features alone, for machines where reading question and passage together takes too long. `synonyms` is a
    JSON file of a clinic's own groups, beside the packaged ones. `keep_generations` counts the current index; at least
    two are kept, since a running chat may be opening the one before. `admin` opens the documents page of `ragbot serve`
    to whoever knows `admin_password`; without a password it is refused.
    """

    model_config = SettingsConfigDict(env_prefix="RAGBOT_", extra="forbid")

    index: Path = DEFAULT_INDEX
    encoder: Path | None = None
    reader: Literal["shipped", "none"] = "shipped"
    synonyms: Path | None = None
    keep_generations: int = Field(default=KEEP_GENERATIONS, ge=2)
    threshold: float | None = Field(default=None, ge=0.0, le=1.0)
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)
    admin: bool = False
    admin_password: SecretStr | None = None
