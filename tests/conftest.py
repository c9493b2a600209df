"""The environment that functions find, for tests that import them."""

from __future__ import annotations

import os

for name in ("connections", "links", "identities", "runs", "outcomes", "notifications"):
    os.environ[f"{name.upper()}_TABLE"] = f"test-{name}"
os.environ |= {
    "DATA_BUCKET": "test-data",
    "RUN_QUEUE_URL": "http://127.0.0.1/queue-set-by-the-test",
    "ALLOWED_NETWORKS": "127.0.0.0/8",
    "AWS_DEFAULT_REGION": "sa-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_METRICS_NAMESPACE": "Sincronia",
    "POWERTOOLS_LOG_LEVEL": "WARNING",
}
