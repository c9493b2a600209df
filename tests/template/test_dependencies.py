"""Dependencies run functions → layer → libraries, and product code knows nothing of what stands around it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYER = ROOT / "layers/common"
FUNCTIONS = ROOT / "functions"
INTEGRATIONS = {path.parent.name for path in FUNCTIONS.glob("*/__init__.py")}
AROUND = {"local", "tests", "bench", "operations"}
PRODUCT = [*LAYER.glob("sincronia/**/*.py"), *FUNCTIONS.glob("**/*.py")]


def imported(text: str) -> Iterator[str]:
    """Top-level packages that a module imports, wherever in it; `.` for a relative import."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." if node.level else (node.module or "").partition(".")[0]


def forbidden(path: Path) -> set[str]:
    """What a module of the product may not import, by where it stands."""
    barred = AROUND | {"."}
    if path.is_relative_to(LAYER):
        barred |= INTEGRATIONS
    else:
        barred |= INTEGRATIONS - {path.relative_to(FUNCTIONS).parts[0]}
    if path.parent.name != "store":  # the layer's, and that of an integration that keeps what is its own
        barred |= {"pynamodb", "boto3", "botocore"}
    return barred


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_imports_only_what_stands_below_it(path: Path) -> None:
    assert set(imported(path.read_text(encoding="utf-8"))) & forbidden(path) == set()


def test_the_layer_names_no_integration() -> None:
    named = [
        (path.name, integration)
        for path in LAYER.glob("sincronia/**/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for integration in INTEGRATIONS
        if isinstance(node, ast.Constant) and node.value == integration
    ]

    assert named == []


def test_what_is_forbidden_is_noticed() -> None:
    text = "import boto3.session\nfrom zen.flows import FLOWS\ndef f():\n    from local import demo\nfrom . import x\n"

    assert set(imported(text)) == {"boto3", "zen", "local", "."}
    assert set(imported(text)) <= forbidden(LAYER / "sincronia/engine/worker.py")
    assert set(imported(text)) & forbidden(FUNCTIONS / "zen/on_queue.py") == {"boto3", "local", "."}
    assert "boto3" not in forbidden(LAYER / "sincronia/store/aws.py")
    assert set(imported(text)) & forbidden(FUNCTIONS / "asms/store/rows.py") == {"zen", "local", "."}
