"""The names that what Promob's hints are about, and their days, are kept under."""

from __future__ import annotations

# What Promob tells of: the record is Promob's own id.
PROMOB_PROJECT = "promob_project"
PROMOB_CUSTOMER = "promob_customer"
PROMOB_USER = "promob_user"

# What Promob is to be told of.
ENVIRONMENT = "environment"  # the record is the project's id and the environment's, a hyphen between them
CUSTOMER = "customer"  # the record is the customer's id

DAY = "avisos_do_dia"  # the runs of hints, day by day
