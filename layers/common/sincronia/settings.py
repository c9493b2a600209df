"""The environment, read in one place. The template gives each function only the names it uses."""

from __future__ import annotations

import os
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network


@cache
def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        message = f"The environment variable {name} is not set; template.yaml gives it to each function."
        raise RuntimeError(message)
    return value


def table(name: str) -> str:
    """The real name of a table.

    name: connections, links, identities, runs, outcomes, notifications, hints, tokens, requests, directory, projects,
    mailboxes or privacy.
    """
    return _required(f"{name.upper()}_TABLE")


def data_bucket() -> str:
    """The private bucket that holds what runs read and planned."""
    return _required("DATA_BUCKET")


def run_queue_url() -> str:
    """The queue that an integration's runs are worked off from."""
    return _required("RUN_QUEUE_URL")


def hint_queue_url() -> str:
    """The queue that an integration's hints are worked off from."""
    return _required("HINT_QUEUE_URL")


def dead_letter_queue_urls() -> dict[str, str]:
    """The queues of what no worker could carry out, by name: an integration's, or `uploads`, or `schedule`."""
    return dict(part.strip().split("=", 1) for part in _required("DEAD_LETTER_QUEUE_URLS").split(","))


def secret_prefix() -> str:
    """What the names of the stack's secrets begin with."""
    return _required("SECRET_PREFIX")


def session_key_secret() -> str:
    """The secret whose `key` signs the sessions of pages; the stack generates it."""
    return _required("SESSION_KEY_SECRET")


def privacy_key_secret() -> str:
    """The secret whose `key` hashes whom privacy requests are about; the stack generates it."""
    return _required("PRIVACY_KEY_SECRET")


@cache
def allowed_networks() -> tuple[IPv4Network | IPv6Network, ...]:
    """Private networks that vendors may live in: AllowedNetworks of the template, CIDRs between commas."""
    text = os.environ.get("ALLOWED_NETWORKS", "")
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
