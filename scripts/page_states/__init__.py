"""Every state of the page, reached in a real browser without a model: for screenshots and for the browser tests."""

from __future__ import annotations

from page_states.bot import StateBot
from page_states.sites import PASSWORD, Sites, serving_sites
from page_states.states import STATES, State

__all__ = ["PASSWORD", "STATES", "Sites", "State", "StateBot", "serving_sites"]
