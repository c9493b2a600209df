"""The names that SGP's records, days and sweeps are kept under."""

from __future__ import annotations

CONTRACT = "contract"  # the one kind of record
NUMBER, LOGIN = "contract", "login"  # the identities that people know one by
DAY = "contratos_do_dia"  # the runs of hints, day by day
RECONCILE = "conferir_contratos"  # the sweep of what SGP says has changed
POWER = "ler_potencia"  # the sweep of what moves no date: received power, splitters, ports
