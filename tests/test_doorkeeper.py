"""Every address of the site, asked by every role and by a stranger, compared with the table in doorkeeper.yaml.

An address without a line fails, and so does a line without an address. When an answer changes on purpose, the failure prints the
line as it should be: read it, and put it into the table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from pendopo import asgi
from pendopo.agencies import actions
from pendopo.agencies.access import VERBS
from pendopo.agencies.models import Agency, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.alerts.actions import apply, declare_rule
from pendopo.alerts.cap.actions import Told, draft
from pendopo.alerts.models import Alert
from pendopo.alerts.tests.yard import word
from pendopo.assessments import actions as assessing
from pendopo.audit.models import Entry
from pendopo.coworking.bookings import actions as bookings
from pendopo.coworking.places.actions import set_place, set_resource
from pendopo.coworking.startups.actions import set_startup
from pendopo.incidents.callout import actions as callout
from pendopo.incidents.cases.actions import open_incident
from pendopo.incidents.procedures.actions import load_shipped
from pendopo.incidents.roster import actions as roster_actions
from pendopo.indicators.actions import forget_known, take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Indicator, KeptRow, Way
from pendopo.indicators.pings.actions import add_check
from pendopo.indicators.sources import add_source, new_key
from pendopo.live import stream
from pendopo.meetings.actions import plan
from pendopo.notify import actions as notify
from pendopo.notify.models import Address, Endpoint
from pendopo.orders.actions import give
from pendopo.regions.models import Region

TABLE = Path(__file__).with_name("doorkeeper.yaml")
ROLES = [role.value for role in Role]
# Who asks: a stranger, a person without a post, each role over the whole installation, and an administrator of one agency only.
READERS = ["stranger", "postless", *ROLES, "bpbd-administrator"]


def addresses(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """The names of all addresses below a resolver; one that has no name goes by its pattern."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            assert isinstance(pattern, URLPattern)
            yield f"{space}{pattern.name or pattern.pattern}"


@dataclass
class Yard:
    """Who asks, and what the placeholders of the table's paths stand for."""

    clients: dict[str, Client]
    things: dict[str, Any]


@pytest.fixture
def yard(regency: Region, bpbd: Agency) -> Yard:
    """One person for every column, and one thing of every kind to ask about."""
    people = {role: person_in_post(f"{role}@mojokerto.test", role, role) for role in ROLES}
    people["bpbd-administrator"] = person_in_post("a@bpbd.test", "Administrator BPBD", Role.ADMINISTRATOR, agency=bpbd)
    people["postless"] = actions.add_person(by=None, email="tanpa@mojokerto.test", name="Tanpa Jabatan")
    target = person_in_post("tujuan@mojokerto.test", "Tujuan", Role.VIEWER)
    holding = target.holdings.select_related("post").get()
    token, _secret = actions.new_token(person=target, by=None)
    notice = notify.send(to=[target], kind="quarantine", subject_template="x", context={"rows": 1, "source": "x"}, about="/")
    assert notice is not None
    source = add_source(by=None, code="psda", name="PSDA", agency=actions.ensure_agency("Dinas PU SDA"))
    key, _secret = new_key(source=source, by=None)
    indicator = Indicator.objects.create(
        code="level",
        name_id="Tinggi",
        every="1h",
        grace="45m",
        kind="gauge",
        level="district",
        checks={"range": [0, 20]},
        publicity="agency",
    )
    indicator.sources.add(source)
    forget_known()
    rows = [Observation("level", "35.16.01", "2026-05-09T01:00:00Z", value) for value in (1.0, 500.0)]
    delivery = take_delivery(source=source, rows=rows, digest="0" * 64, way=Way.API)
    roster = roster_actions.set_roster(code="piket", name="Piket", turns="P 07:00-07:00", cycle="P", crew=[target], by=None)
    begins = timezone.now() + timedelta(days=1)
    apply(verdicts=[word("level", 1, region="35.16.01")])
    load_shipped()
    chain = callout.set_chain(code="pusat", name="Pusat", steps=[callout.StepSpec("person", target, ["email"], 60)], by=None)
    assessment = assessing.open_assessment(instrument="spbe-2020", year=2025, by=None)
    evidence = assessing.add_evidence(proof=assessing.Proof("x", link="https://x.test/"), by=target)
    assessing.attach(evidence=evidence, assessment=assessment, node="1", by=None)
    hall = set_place(code="aula", by=None, name="Aula", hours="24/7")
    desk = set_resource(code="meja", place=hall, by=None, name="Meja", kind="desk")
    wish = bookings.Wish(desk, begins, begins + timedelta(hours=1), "x")
    things = {
        "hall": hall.code,
        "startup": set_startup(code="rintisan", by=None, name="Rintisan").code,
        "thing": desk.code,
        "booking": bookings.book(wish=wish, by=people[Role.VIEWER]).code,
        "assessment": assessment.code,
        "evidence": evidence.pk,
        "finding": assessing.add_finding(assessment=assessment, node="1", text="x", by=target).pk,
        "risk": assessing.add_risk(text="x", likelihood=1, impact=1, by=None).pk,
        "chain": chain.code,
        "call_out": callout.start(chain=chain, subject="x", by=None, key="x").pk,
        "roster": roster.code,
        "shift": roster_actions.add_shift(roster=roster, person=target, since=begins, until=begins + timedelta(hours=8), by=None).pk,
        "log_line": roster_actions.write_line(text="x", by=target, kind="handover").pk,
        "source": source.code,
        "key": key.pk,
        "indicator": indicator.code,
        "delivery": delivery.delivery,
        "kept": KeptRow.objects.get().pk,
        "person": target.pk,
        "post": holding.post_id,
        "holding": holding.pk,
        "token": token.pk,
        "rule": declare_rule(
            by=None, code="wet", name="Basah", about={"kind": "threshold", "above": 3}, region=regency, indicator=indicator
        )[0].code,
        "alert": Alert.objects.get().pk,
        "order": give(what="x", to=holding.post, by=people[Role.ADMINISTRATOR]).pk,
        "meeting": plan(subject="Rapat", start=timezone.now(), by=target).code,
        "incident": open_incident(title="Banjir", by=None).pk,
        "warning": draft(told=Told("Banjir", "Banjir", begins, regions=[regency]), by=target).pk,
        "entry": Entry.objects.latest("pk").pk,
        "agency": bpbd.code,
        "region": "35.16.13",
        "check": add_check(by=None, name="Cadangan", agency=source.agency, every="1d", zone="Asia/Jakarta", grace="1h")[0].code,
        "address": Address.objects.create(person=target, channel="email", target="lain@mojokerto.test").pk,
        "dispatch": notice.dispatches.get().pk,
        "endpoint": Endpoint.objects.create(name="x", url="https://x.test/", secret="x").pk,
    }
    clients = {"stranger": Client(), **{name: signed_in(person) for name, person in people.items()}}
    for client in clients.values():
        client.raise_request_exception = False
    return Yard(clients, things)


def table() -> dict[str, dict[str, str]]:
    """The committed table."""
    lines: dict[str, dict[str, str]] = yaml.safe_load(TABLE.read_text())["addresses"]
    return lines


def answers(yard: Yard, path: str, method: str) -> str:
    """The status codes of one address for every reader, in the order of READERS. What a request wrote is taken back."""
    codes = []
    for reader in READERS:
        cache.clear()
        with transaction.atomic():
            answer = yard.clients[reader].generic(method, path.format(**yard.things))
            if answer.streaming:
                b"".join(answer)
            transaction.set_rollback(True)
        codes.append(str(answer.status_code))
    return codes[0] if len(set(codes)) == 1 else " ".join(codes)


def is_admin(name: str) -> bool:
    """Django's own admin is tested as a whole."""
    return name.startswith("admin:")


def test_every_address_has_a_line() -> None:
    known = {name for name in addresses(get_resolver()) if not is_admin(name)}
    lines = set(table())
    assert not known - lines, f"Add to {TABLE.name}, with a path: {sorted(known - lines)}"
    assert not lines - known, f"These addresses are no more, take them out of {TABLE.name}: {sorted(lines - known)}"


def room(name: str) -> str:
    """The room an address belongs to, `house` when it has no namespace."""
    return name.rpartition(":")[0].partition(":")[0] or "house"


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("of_room", sorted({room(name) for name in table()}))
def test_every_role_at_every_address(yard: Yard, of_room: str) -> None:
    wrong = []
    for name, line in table().items():
        if room(name) != of_room:
            continue
        for method in ("get", "post"):
            found = answers(yard, line["path"], method.upper())
            assert "50" not in {code[:2] for code in found.split()}, f"{method.upper()} {line['path']} fails: {found}"
            if found != str(line[method]):
                wrong.append(f"{name}: {method}: {found}    # was {line[method]}")
    assert not wrong, "\n".join(["In the order " + " ".join(READERS), *wrong])


def test_a_stranger_changes_nothing() -> None:
    """No POST of a stranger is answered with success, except on the pages that are made for strangers."""
    for name, line in table().items():
        first = str(line["post"]).split()[0]
        assert first in {"302", "401", "403", "404", "405", "410", "422"} or line.get("for_strangers"), name


@pytest.mark.django_db
def test_the_emergency_admin_is_for_staff(yard: Yard) -> None:
    """Django's admin turns everybody away whose account is not marked as staff, administrators included."""
    for page in ("", "agencies/person/", "agencies/agency/add/", "regions/region/35.16/change/", "auth/group/", "jsi18n/", "autocomplete/"):
        for method in ("GET", "POST"):
            codes = answers(yard, f"/django-admin/{page}", method)
            assert set(codes.split()) <= {"302", "403"}, f"{method} {page}: {codes}"


@pytest.mark.django_db(transaction=True)
async def test_the_lean_routes_before_django() -> None:
    """What asgi.py answers by itself has a line too, with the answer to a stranger."""
    lines: dict[str, int] = yaml.safe_load(TABLE.read_text())["lean"]
    known = {f"{method} {path}" for method, path in asgi.LEAN} | {f"GET {stream.PREFIX}"}
    assert set(lines) == known
    transport = httpx.ASGITransport(app=asgi.application)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        for line, expected in lines.items():
            method, path = line.split()
            address = f"{path}forged" if path == stream.PREFIX else path
            answer = await client.request(method, address, content=b'{"observations": []}', headers={"Content-Type": "application/json"})
            assert answer.status_code == expected, f"{line}: {answer.status_code}"


def test_every_verb_is_explained() -> None:
    page = (TABLE.parent.parent / "docs/rooms/agencies.md").read_text()
    for verb, roles in VERBS.items():
        line = next((row for row in page.splitlines() if row.startswith(f"| `{verb}`")), "")
        assert line, f"docs/rooms/agencies.md does not explain the verb {verb}."
        named = {role for role in ROLES if role in line} or set(ROLES if "everyone" in line else ())
        assert named == set(roles), f"docs/rooms/agencies.md says otherwise about {verb}: {sorted(roles)}"
