"""The names that SGP's records and days are kept under; its sweeps name themselves."""

from __future__ import annotations

CONTRACT = "contract"  # the one kind of record
DAY = "contratos_do_dia"  # the runs of hints, day by day
