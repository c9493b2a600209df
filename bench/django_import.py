"""What django-import-export takes for the dry run of an import: `python -m bench.django_import WORKBOOK EXISTING WAY`.

Runs in .venv-bench, and so knows nothing of the product. EXISTING has a line of JSON for each record that there is,
after one of the columns' headers and what they hold (`text`, `number`, `entry` or `entries`); the first column
identifies a record. WAY is `plain`, a model and a ModelResource as they are documented: numbers are numbers, entries
are relations; `skip_unchanged`, `report_skipped` and `clean_model_instances` are on, without which it checks nothing.
Or it is `lean`: all columns are text, nothing is checked, all records are read at once, no differences made in HTML.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Models:
    """The model of records, and those of the entries that its columns refer to, by the columns' places."""

    record: Any
    entries: Mapping[int, Any]


def _models(kinds: Sequence[str]) -> _Models:
    from django.db import models  # noqa: PLC0415  # models want settings

    def model(name: str, fields: Mapping[str, Any]) -> Any:
        meta = type("Meta", (), {"app_label": "bench"})
        return type(name, (models.Model,), {"__module__": __name__, "Meta": meta, **fields})

    entries = {
        place: model(f"Entry{place}", {"name": models.CharField(max_length=200, unique=True)})
        for place, kind in enumerate(kinds)
        if kind in {"entry", "entries"}
    }
    fields: Mapping[str, Callable[[int], Any]] = {
        "text": lambda _: models.CharField(max_length=1000, blank=True),
        "number": lambda _: models.FloatField(null=True, blank=True),
        "entry": lambda place: models.ForeignKey(entries[place], models.PROTECT, null=True, blank=True),
        "entries": lambda place: models.ManyToManyField(entries[place], blank=True),
    }
    own = {f"column_{place}": fields[kind](place) for place, kind in enumerate(kinds)}
    return _Models(model("Record", own | {"column_0": models.CharField(max_length=16, primary_key=True)}), entries)


def _keep(models: _Models, kinds: Sequence[str], lines: Iterator[str]) -> None:
    """Records as they are before the import."""
    from django.db import connection  # noqa: PLC0415

    with connection.schema_editor() as editor:
        for model in (*models.entries.values(), models.record):
            editor.create_model(model)
    ids: dict[tuple[int, str], int] = {}

    def entry(place: int, name: str) -> int:
        if (place, name) not in ids:
            ids[place, name] = models.entries[place].objects.create(name=name).pk
        return ids[place, name]

    values: Mapping[str, Callable[[int, str], Any]] = {
        "text": lambda _, text: text,
        "number": lambda _, text: float(text) if text else None,
        "entry": lambda place, text: entry(place, text) if text else None,
    }
    while some := [json.loads(line) for line in islice(lines, _ROWS_AT_ONCE)]:
        models.record.objects.bulk_create(
            models.record(
                **{
                    f"column_{place}{'_id' if kind == 'entry' else ''}": values[kind](place, text)
                    for place, (kind, text) in enumerate(zip(kinds, cells, strict=True))
                    if kind != "entries"
                }
            )
            for cells in some
        )
        for place, kind in enumerate(kinds):
            if kind == "entries":
                through = getattr(models.record, f"column_{place}").through
                through.objects.bulk_create(
                    through(**{"record_id": cells[0], f"entry{place}_id": entry(place, name)})
                    for cells in some
                    for name in filter(None, cells[place].split("; "))
                )


def _resource(models: _Models, headers: Sequence[str], kinds: Sequence[str], lean: bool) -> Any:
    from import_export import widgets  # noqa: PLC0415
    from import_export.fields import Field  # noqa: PLC0415
    from import_export.instance_loaders import CachedInstanceLoader  # noqa: PLC0415
    from import_export.resources import modelresource_factory  # noqa: PLC0415

    made: Mapping[str, Callable[[int], Any]] = {
        "text": lambda _: widgets.CharWidget(),
        "number": lambda _: widgets.FloatWidget(),
        "entry": lambda place: widgets.ForeignKeyWidget(models.entries[place], "name"),
        "entries": lambda place: widgets.ManyToManyWidget(models.entries[place], ";", "name"),
    }
    fields = {
        f"column_{place}": Field(f"column_{place}", header, made[kind](place))
        for place, (header, kind) in enumerate(zip(headers, kinds, strict=True))
    }
    options = {"import_id_fields": ["column_0"], "skip_unchanged": True, "report_skipped": True, "fields": [*fields]}
    said = {"skip_html_diff": True, "instance_loader_class": CachedInstanceLoader}
    options |= said if lean else {"clean_model_instances": True}
    return modelresource_factory(models.record, meta_options=options, custom_fields=fields)()


def main(workbook: Path, existing: Path, lean: bool) -> None:
    """Prints seconds, seconds of the processor, the peak in MB, and how many rows were read and would be changed."""
    with TemporaryDirectory() as kept, existing.open(encoding="utf-8") as lines:
        _set_up(Path(kept))
        from tablib import Dataset  # noqa: PLC0415

        headers, kinds = json.loads(next(lines))
        if lean:
            kinds = ["text"] * len(kinds)
        models = _models(kinds)
        _keep(models, kinds, lines)
        resource = _resource(models, headers, kinds, lean)
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
