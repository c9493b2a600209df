"""sgp.on_queue with another store and another queue behind the engine's ports."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from bench.light_hints_client import HintQueueClient, LightHintsClient
from bench.light_store_client import ADDRESS
from sgp import on_queue

if TYPE_CHECKING:
    from sincronia.engine.hint_ports import HintStore

store = LightHintsClient(os.environ[ADDRESS])
on_queue.outside = replace(on_queue.outside, store=cast("HintStore", store), queue=HintQueueClient(store))
handler = on_queue.handler
