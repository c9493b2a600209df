"""The act `promob`: a network of furniture stores sells what is drawn in Promob, from the checklist to the orders.

What people do in Promob comes as signed webhooks over HTTP; here they work through the API.
"""

from __future__ import annotations

from local.demo_promob_budgets import printed
from local.demo_promob_network import Network
from local.demo_promob_sales import KITCHEN, by_hand, customer, environments, prepared, saved
from local.demo_promob_stores import linking, stores, the_network
from local.demo_stage import Stage


def play(stage: Stage) -> None:
    """Plays all scenes. Raises NotAsItShouldBeError."""
    network = Network(stage)
    the_network(network)
    stores(network)
    linking(network)
    places = environments(network, customer(network))
    saved(network, places[KITCHEN])
    prepared(network, places[KITCHEN])
    by_hand(network, places[KITCHEN])
    printed(network, places)
