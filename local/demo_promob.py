"""The act `promob`: a network of furniture stores sells what is drawn in Promob, from the checklist to the orders.

What people do in Promob comes as signed webhooks over HTTP; here they work through the API.
"""

from __future__ import annotations

from local.demo_promob_arrivals import legacy, made_in_promob, password
from local.demo_promob_budgets import approval, discount, printed, undone
from local.demo_promob_limits import closed_doors, other_software, whole_day
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
    buyer = customer(network)
    places = environments(network, buyer)
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
    old = legacy(network, buyer)
    made_in_promob(network)
    password(network, old)
    closed_doors(network, old)
    other_software(network, old)
    whole_day(network)
