"""What django-import-export takes for the dry run of an import: `python -m bench.django_import WORKBOOK EXISTING WAY`.

Runs in .venv-bench, and so knows nothing of the product. `EXISTING` has a line of JSON for each record that there is,
after one of the columns' headers; the first column identifies a record. WAY is `plain`, a ModelResource that is told
`skip_unchanged` and `report_skipped`, as it is documented; or `lean`, which also reads all records at once and makes no
differences in HTML. All columns are text, which is the least that Django can have to do.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django
from django.conf import settings

_ROWS_AT_ONCE = 500


def _set_up(directory: Path) -> None:
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(directory / "existing.sqlite3")}},
        INSTALLED_APPS=["bench", "import_export"],
        USE_TZ=True,
    )
    django.setup()


def _model(columns: int) -> Any:
    from django.db import models  # noqa: PLC0415  # models want settings

    fields = {f"column_{place}": models.CharField(max_length=1000, blank=True) for place in range(1, columns)}
    meta = type("Meta", (), {"app_label": "bench"})
    key = models.CharField(max_length=16, primary_key=True)
    return type("Person", (models.Model,), {"__module__": __name__, "Meta": meta, "column_0": key, **fields})


def _kept(model: Any, lines: Iterator[str]) -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.schema_editor() as editor:
        editor.create_model(model)
    while some := [json.loads(line) for line in islice(lines, _ROWS_AT_ONCE)]:
        model.objects.bulk_create(
            model(**{f"column_{place}": text for place, text in enumerate(cells)}) for cells in some
        )


def _resource(model: Any, headers: list[str], lean: bool) -> Any:
    from import_export.fields import Field  # noqa: PLC0415
    from import_export.instance_loaders import CachedInstanceLoader  # noqa: PLC0415
    from import_export.resources import modelresource_factory  # noqa: PLC0415
    from import_export.widgets import CharWidget  # noqa: PLC0415

    fields = {
        f"column_{place}": Field(f"column_{place}", header, CharWidget(coerce_to_string=True, allow_blank=True))
        for place, header in enumerate(headers)
    }
    options = {"import_id_fields": ["column_0"], "skip_unchanged": True, "report_skipped": True, "fields": [*fields]}
    if lean:
        options |= {"skip_html_diff": True, "instance_loader_class": CachedInstanceLoader}
    return modelresource_factory(model, meta_options=options, custom_fields=fields)()


def main(workbook: Path, existing: Path, lean: bool) -> None:
    """Prints seconds, seconds of the processor, the peak in MB, and how many rows were read and would be changed."""
    with TemporaryDirectory() as kept, existing.open(encoding="utf-8") as lines:
        _set_up(Path(kept))
        from tablib import Dataset  # noqa: PLC0415

        headers = json.loads(next(lines))
        model = _model(len(headers))
        _kept(model, lines)
        resource = _resource(model, headers, lean)
        start, processor = time.perf_counter(), time.process_time()
        with workbook.open("rb") as file:
            read = Dataset().load(file, format="xlsx")
        result = resource.import_data(read, dry_run=True, raise_errors=True)
        seconds, processor = time.perf_counter() - start, time.process_time() - processor
        totals = result.totals
    assert result.total_rows == totals["update"] + totals["skip"], dict(totals)
    with Path("/proc/self/status").open(encoding="ascii") as status:
        (peak,) = (line.split()[1] for line in status if line.startswith("VmHWM:"))
    print(json.dumps([seconds, processor, int(peak) / 1024, 0.0, result.total_rows, totals["update"]]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "lean")
