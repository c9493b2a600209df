"""Zen's flows, by the name that connections and runs keep them under."""

from __future__ import annotations

from collections.abc import Mapping

from sincronia.engine.flow import FlowKind
from zen import office_users

FLOWS: Mapping[str, FlowKind] = {office_users.NAME: office_users.FLOW}
