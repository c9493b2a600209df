"""What it costs to start a function: importing its handler, against importing boto3 and making the clients it may use.

Each measurement is a fresh interpreter; the two kinds take turns, so that a busy machine slows both.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from local import processes
from local.provisioned import FunctionSpec, Provisioned

TIMES = 9
NO_CLIENTS = frozenset({"logs", "cloudwatch", "xray"})  # Lambda itself uses these rights
_PROGRAM = """
import json, time
start = time.perf_counter()
{work}
seconds = time.perf_counter() - start
with open("/proc/self/status") as status:
    (peak,) = [line.split()[1] for line in status if line.startswith("VmHWM:")]
print(json.dumps([seconds, int(peak)]))
"""
_CLIENTS = """
import boto3
session = boto3.session.Session()
clients = [session.client(name) for name in {services}]
"""


@dataclass(frozen=True, slots=True)
class Start:
    """Medians for one function; seconds, and MB of resident memory at the end of the import."""

    handler: str
    services: tuple[str, ...]
    import_seconds: float
    import_megabytes: float
    clients_seconds: float
    clients_megabytes: float


def starts(provisioned: Provisioned, region: str) -> list[Start]:
    """Each function of a stack, with its own environment."""
    return [
        _start(spec, _services(provisioned.role_statements[spec.role_arn]), region)
        for spec in provisioned.functions.values()
    ]


def _start(spec: FunctionSpec, services: tuple[str, ...], region: str) -> Start:
    environment = {
        **processes.base_environment(),
        **spec.environment,
        "PYTHONPATH": f"{processes.ROOT / 'functions'}:{processes.ROOT / 'layers' / 'common'}",
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    programs = (f"import {spec.handler.rpartition('.')[0]}", _CLIENTS.format(services=services))
    pairs = [[_timed(program, environment) for program in programs] for _ in range(TIMES + 1)][1:]  # the first warms
    imports, clients = zip(*pairs, strict=True)
    return Start(spec.handler, services, *_medians(imports), *_medians(clients))


def _timed(work: str, environment: Mapping[str, str]) -> tuple[float, float]:
    program = _PROGRAM.format(work=work)
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    seconds, kilobytes = json.loads(done.stdout)
    return seconds, kilobytes / 1024


def _medians(measured: Iterable[tuple[float, float]]) -> tuple[float, float]:
    seconds, megabytes = zip(*measured, strict=True)
    return median(seconds), median(megabytes)


def _services(statements: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The services that a role may call, of which it then needs a client."""
    actions = [action for statement in statements for action in _listed(statement["Action"])]
    return tuple(sorted({action.partition(":")[0] for action in actions} - NO_CLIENTS))


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
