"""What a part of a language file is made of: named texts, and texts with a count in them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Group(BaseModel):
    """Named texts; an unknown or missing name is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Counted(Group):
    """A text with a count in it: for one, and for any other number."""

    one: str
    many: str
