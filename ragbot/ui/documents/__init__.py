"""The documents page, for the person who looks after them: see, add, retire, preview, rebuild. Only with a password.

`desk` says what it does, `shelf` changes the folders, `catalogue` compares them with the index, `rebuild` runs the
ingest, `drawing` makes the HTML, `routes` is the web side. Without an `Admin` none of it exists.
"""

from __future__ import annotations

from ragbot.ui.documents.desk import Admin, required_password

__all__ = ["Admin", "required_password"]
