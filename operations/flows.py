"""The flows of every integration, as the commands know them."""

from __future__ import annotations

from collections.abc import Mapping

import zen.flows
from sincronia.engine.flow import FlowKind

FLOWS: Mapping[str, Mapping[str, FlowKind]] = {"zen": zen.flows.FLOWS}
