"""The act `promob`: a network of furniture stores sells what is drawn in Promob, from the checklist to the orders.

What people do in Promob comes as signed webhooks over HTTP; here they work through the API.
"""

from __future__ import annotations

from local.demo_promob_budgets import approval, discount, printed, undone
from local.demo_promob_network import Network
from local.demo_promob_revision import afterwards, assistance, revised
from local.demo_promob_sales import KITCHEN, customer, environments, prepared, saved
from local.demo_promob_stores import linking, stores, the_network
from local.demo_promob_versions import by_hand, changed, difference
from local.demo_stage import Stage


def play(stage: Stage) -> None:
    """Plays all scenes. Raises NotAsItShouldBeError."""
    network = Network(stage)
    the_network(network)
    stores(network)
    linking(network)
    places = environments(network, customer(network))
    kitchen = places[KITCHEN]
    saved(network, kitchen)
    prepared(network, kitchen)
    item = by_hand(network, kitchen)
    difference(network, kitchen, changed(network, kitchen, item))
    discount(network, places)
    approval(network, places, printed(network, places))
    undone(network, places)
    revised(network, places, item)
    afterwards(network, places)
    assistance(network, places)
