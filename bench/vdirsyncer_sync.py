"""What vdirsyncer's sync engine takes: `python -m bench.vdirsyncer_sync CONTACTS CHANGED`.

Runs in .venv-vdirsyncer, and so knows nothing of the product. Both storages and the status are in memory; CHANGED of
the contacts are edited in the first storage after a first sync, which isn't timed. The contacts are those of
`bench.two_way`, as vCards. Prints what bench.two_way.MeasuredSync has from its seconds on.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from vdirsyncer.storage.memory import MemoryStorage  # type: ignore[import-not-found]  # another environment's
from vdirsyncer.sync import sync  # type: ignore[import-not-found]
from vdirsyncer.sync.status import SqliteStatus  # type: ignore[import-not-found]
from vdirsyncer.vobject import Item  # type: ignore[import-not-found]


class _Counted(MemoryStorage):  # type: ignore[misc]
    """vdirsyncer's own storage in memory, which counts what the engine asks of it."""

    def __init__(self) -> None:
        super().__init__()
        self.read = self.written = 0

    async def get(self, href: str) -> Any:
        self.read += 1
        return await super().get(href)

    async def upload(self, item: Any) -> Any:
        self.written += 1
        return await super().upload(item)

    async def update(self, href: str, item: Any, etag: str) -> Any:
        self.written += 1
        return await super().update(href, item, etag)

    async def delete(self, href: str, etag: str) -> None:
        self.written += 1
        await super().delete(href, etag)


def _card(number: int, phone: str) -> Any:
    """A contact as bench.two_way has it."""
    lines = (
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:contato-{number}",
        f"N:Exemplo {number};Pessoa;;;",
        f"FN:Pessoa Exemplo {number}",
        f"EMAIL:pessoa{number}@example.com",
        f"TEL;TYPE=WORK:{phone}",
        f"ORG:Empresa {number % 50}",
        "TITLE:Compras",
        f"ADR:;;Rua {number};São Paulo;SP;01000-000;Brasil",
        "END:VCARD",
    )
    return Item("\r\n".join(lines))


async def _measured(contacts: int, changed: int) -> list[float | int]:
    first, second = _Counted(), _Counted()
    for number in range(contacts):
        await first.upload(_card(number, f"(11) 5550-{number % 10000:04}"))
    status = SqliteStatus(":memory:")
    await sync(first, second, status, "b wins")
    for number in range(changed):
        href = f"contato-{number}"
        etag, _ = first.items[href]
        await first.update(href, _card(number, f"(21) 5550-{number % 10000:04}"), etag)
    for storage in (first, second):
        storage.read = storage.written = 0
    start, processor = time.perf_counter(), time.process_time()
    await sync(first, second, status, "b wins")
    taken = time.perf_counter() - start, time.process_time() - processor
    with Path("/proc/self/status").open(encoding="ascii") as process:
        (peak,) = (line.split()[1] for line in process if line.startswith("VmHWM:"))
    return [*taken, int(peak) / 1024, first.read + second.read, second.written, first.written + second.written]


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measured(int(sys.argv[1]), int(sys.argv[2])))))
