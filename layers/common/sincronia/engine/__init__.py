"""The engine: plan → brake → apply → report, written once for every integration."""
