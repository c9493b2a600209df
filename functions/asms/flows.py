"""ASMS's flows, by the name that connections and runs keep them under. The directory is changed by its routes alone."""

from __future__ import annotations

from collections.abc import Mapping

from sincronia.engine.flow import RunFlow

FLOWS: Mapping[str, RunFlow] = {}
