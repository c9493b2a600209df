"""What a function loads when it starts: what it needs, and nothing else. Each in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ON_SCHEDULE, ON_QUEUE = "zen.on_schedule", "zen.on_queue"
HUB = "hub.on_http"
ZEN_ON_HTTP = "zen.on_http"
ASMS_ON_SCHEDULE, ASMS_ON_QUEUE, ASMS_ON_HTTP = "asms.on_schedule", "asms.on_queue", "asms.on_http"
ASMS_ON_UPLOAD = "asms.on_upload"
SGP_ON_WEBHOOK, SGP_ON_SCHEDULE, SGP_ON_QUEUE = "sgp.on_webhook", "sgp.on_schedule", "sgp.on_queue"
AROUND = {"local", "tests", "bench", "operations", "moto", "samtranslator", "rich", "pytest", "hypothesis", "yaml"}
UNUSED = {
    "boto3",  # its resources and S3's transfers; clients come from botocore, which PynamoDB uses too
    "s3transfer",
    "openpyxl",
    "xlsxwriter",
    "python_calamine",
    "jinja2",
    "itsdangerous",
    "werkzeug",
    "argon2",  # only who sets a password needs it
    "aws_xray_sdk",
    "aws_lambda_powertools.event_handler",
}


@cache
def loaded(module: str) -> frozenset[str]:
    """Every module that an interpreter has after it imported one; packages with all that stands above them."""
    program = f"import sys, {module}; print(*sys.modules, sep='\\n')"
    path = f"{ROOT / 'functions'}:{ROOT / 'layers/common'}"
    environment = {name: f"test-{name.lower()}" for name in _VARIABLES} | {"PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return frozenset(done.stdout.split())


_VARIABLES = (
    *(
        f"{name}_TABLE"
        for name in (
            "CONNECTIONS",
            "LINKS",
            "IDENTITIES",
            "RUNS",
            "OUTCOMES",
            "NOTIFICATIONS",
            "TOKENS",
            "REQUESTS",
            "HINTS",
            "DIRECTORY",
            "PRIVACY",
        )
    ),
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
)


@pytest.mark.parametrize(
    "module",
    [
        *(ON_SCHEDULE, ON_QUEUE),
        *(ASMS_ON_SCHEDULE, ASMS_ON_QUEUE, ASMS_ON_UPLOAD),
        *(SGP_ON_WEBHOOK, SGP_ON_SCHEDULE, SGP_ON_QUEUE),
    ],
)
def test_no_function_loads_what_it_does_not_use(module: str) -> None:
    assert loaded(module) & (AROUND | UNUSED) == set()


def test_the_tick_loads_neither_vendors_nor_the_worker() -> None:
    names = loaded(ON_SCHEDULE)

    assert names & {"requests", "pydantic", "pydantic_core"} == set()
    assert {name for name in names if name.split(".")[0] == "zen"} == {"zen", "zen.flow_names", ON_SCHEDULE}
    assert names & {f"sincronia.{part}" for part in ("vendor_http", "vendor_guard", "engine.worker")} == set()
    assert {name for name in names if name.startswith("sincronia.store.")} == {
        f"sincronia.store.{part}"
        for part in ("aws", "connected", "connections", "listing", "notifications", "runs", "scheduling")
    }


def test_sgps_tick_loads_neither_vendors_nor_the_worker() -> None:
    names = loaded(SGP_ON_SCHEDULE)

    assert names & {"requests", "pydantic", "pydantic_core"} == set()
    assert {name for name in names if name.split(".")[0] == "sgp"} == {
        "sgp",
        *(f"sgp.{part}" for part in ("answers", "flow_names", "flows", "on_schedule")),
    }
    parts = ("vendor_http", "vendor_guard", "engine.worker", "engine.hint_worker")
    assert names & {f"sincronia.{part}" for part in parts} == set()


def test_asmss_tick_and_worker_call_no_vendor_and_know_no_forms() -> None:
    tick, worker = loaded(ASMS_ON_SCHEDULE), loaded(ASMS_ON_QUEUE)

    assert (tick | worker) & {"requests", "pydantic", "pydantic_core", "sincronia.vendor_http"} == set()
    assert {name for name in tick if name.split(".")[0] == "asms"} == {"asms", ASMS_ON_SCHEDULE}
    assert "sincronia.engine.worker" not in tick
    apart = ("asms.store", "asms.importing")
    assert {name for name in worker if name.split(".")[0] == "asms" and not name.startswith(apart)} <= {
        "asms",
        *(f"asms.{part}" for part in ("additional", "answers", "catalogues", "columns", "exporting", "exports")),
        *(f"asms.{part}" for part in ("flows", "ids", "names", "on_queue", "passwords", "privacy", "text_forms")),
        *(f"asms.{part}" for part in ("user_details", "users")),
    }


def test_what_takes_files_in_neither_reads_nor_imports_them() -> None:
    names = loaded(ASMS_ON_UPLOAD)

    assert names & {"requests", "pydantic", "pydantic_core", "sincronia.vendor_http"} == set()
    assert names & {"sincronia.engine.worker", "sincronia.store.working", "asms.store.exports", ASMS_ON_QUEUE} == set()
    assert names & {f"asms.importing.{part}" for part in ("child", "deciding", "reading", "task", "workbooks")} == set()


def test_asmss_routes_load_neither_vendors_nor_the_worker_nor_what_only_some_requests_use() -> None:
    names = loaded(ASMS_ON_HTTP)

    assert names & ((AROUND | UNUSED) - {"aws_lambda_powertools.event_handler"}) == set()
    assert names & {"aws_lambda_powertools.utilities.idempotency", "sincronia.web.idempotency"} == set()
    assert names & {"sincronia.vendor_http", "sincronia.engine.worker", "sincronia.store.remains"} == set()


def test_the_worker_loads_its_vendors_and_not_the_tick() -> None:
    names = loaded(ON_QUEUE)

    assert names >= {"requests", "pydantic", "zen.questor_client", "zen.zen_client", "sincronia.engine.worker"}
    assert names & {"sincronia.store.scheduling", "sincronia.store.registering", ON_SCHEDULE} == set()


def test_the_hub_loads_neither_vendors_nor_the_engine_nor_what_only_some_requests_use() -> None:
    names = loaded(HUB)

    assert names >= {"pydantic", "aws_lambda_powertools.event_handler", "sincronia.web.application"}
    assert names & ((AROUND | UNUSED) - {"aws_lambda_powertools.event_handler"}) == set()
    assert names & {"requests", "aws_lambda_powertools.utilities.idempotency"} == set()
    assert names & {"sincronia.web.idempotency", "sincronia.vendor_http", "sincronia.store.working"} == set()
    assert {name for name in names if name.split(".")[0] == "zen"} == set()


def test_zens_routes_load_neither_the_worker_nor_what_only_some_requests_use() -> None:
    names = loaded(ZEN_ON_HTTP)

    assert names & ((AROUND | UNUSED) - {"aws_lambda_powertools.event_handler"}) == set()
    assert names & {"aws_lambda_powertools.utilities.idempotency", "sincronia.web.idempotency"} == set()
    assert names & {"sincronia.workbooks", "sincronia.engine.worker", "sincronia.store.remains", ON_QUEUE} == set()
    assert {name for name in names if name.split(".")[0] == "hub"} == set()


def test_the_webhooks_load_neither_vendors_nor_the_worker_nor_what_routes_use() -> None:
    names = loaded(SGP_ON_WEBHOOK)

    assert names >= {"standardwebhooks", "pydantic_core", "sincronia.web.webhooks"}
    assert names & {"requests", "pydantic", "sincronia.vendor_http", "sincronia.web.application"} == set()
    assert {name for name in names if name.split(".")[0] == "sgp"} == {
        "sgp",
        "sgp.flow_names",
        "sgp.webhook_body",
        SGP_ON_WEBHOOK,
    }
    assert {name for name in names if name.startswith("sincronia.store.")} == {
        f"sincronia.store.{part}" for part in ("aws", "connected", "connections", "hint_queue", "listing")
    }
