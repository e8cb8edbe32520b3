"""Run by a measurement with the environment of its installation: an inventory from standard input, and who looks at it.

Usage: python bench/_cut_yard.py AGENCIES; prints the ticket of the live stream, a token of the API and the address of the bus.
"""

import json
import sys

from django.conf import settings

import pendopo.ready  # noqa: F401
from pendopo.agencies import actions
from pendopo.agencies.models import Role
from pendopo.network.actions import load_inventory
from pendopo.network.inventory import parse
from pendopo.network.views.overview import ticket

for number in range(1, int(sys.argv[1]) + 1):
    actions.ensure_agency(f"Dinas {number:02}")
load_inventory(inventory=parse(sys.stdin.read()), by=None)
person = actions.add_person(by=None, email="bench@pendopo.test", name="Bench", password="tidak-dipakai-1234")
actions.appoint(post=actions.ensure_post(by=None, title="Bench", role=Role.ADMINISTRATOR), person=person, by=None)
print(json.dumps({"ticket": ticket(), "token": actions.new_token(person=person, by=None)[1], "bus": settings.NATS_URL}))
