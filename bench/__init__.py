"""Calls, time and memory of the scheduled sync, by the number of records: `make bench`, `make bench-full`."""
