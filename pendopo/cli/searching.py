"""`pendopo network discover`: which devices are there, what they are joined to, and what of it the inventory does not know."""

import asyncio
import dataclasses
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import click
import msgspec

from pendopo.collect.credentials import Credentials, WrongCredentials, user_of
from pendopo.collect.devices import Device, look_at
from pendopo.collect.discovery import Target, Unheard, WrongTarget, discover, follow, targets_of
from pendopo.collect.neighbours import Found
from pendopo.collect.snmp import PORT
from pendopo.indicators.declared import Faulty
from pendopo.network.actions import accept, propose
from pendopo.network.found import Said
from pendopo.network.models import Finding, Site
from pendopo.network.proposals import Proposal, proposals

from .installation import data_option, open_installation
from .load import stop


@dataclasses.dataclass(frozen=True)
class Search:
    """What a search is asked with, and how it prints."""

    credentials: Credentials
    port: int
    hops: int
    as_json: bool


@click.command("discover")
@click.argument("targets", metavar="HOST|CIDR…", nargs=-1, required=True)
@click.option("--community", default="public", show_default=True, help="SNMP v2c community.")
@click.option("--v3", metavar="USER:SHA-256:AUTH:AES-256:PRIV", help="SNMP v3 user, in place of a community.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535), help="UDP port of the agents.")
@click.option(
    "--follow", "hops", default=0, show_default=True, type=click.IntRange(0, 10), help="So many steps on to neighbours (LLDP, CDP, ARP)."
)
@click.option(
    "--propose", "proposing", is_flag=True, help="Let what was found wait on the page Network → Found, until a person accepts it."
)
@click.option("--accept", "accepting", is_flag=True, help="Take what was found into the inventory.")
@click.option("--site", metavar="CODE", help="With --accept: where new devices stand. Left out: a site for what has no place yet.")
@click.option(
    "--access", metavar="NAME", default="public", show_default=True, help="Under which name the collector's file knows these credentials."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a device.")
@data_option
def discover_devices(
    targets: tuple[str, ...],
    community: str,
    v3: str | None,
    port: int,
    hops: int,
    proposing: bool,
    accepting: bool,
    site: str | None,
    access: str,
    as_json: bool,
    data: Path | None,
) -> None:
    """Ask hosts and networks by SNMP which devices and interfaces are there.

    A silent address of a network is no error. A host named by itself that does not answer makes the exit 1; the others are still printed.
    No server is needed, unless what is found shall be proposed or accepted.
    """
    try:
        credentials = Credentials(user=user_of(v3)) if v3 else Credentials(community=community)
        found, unknown = targets_of(targets)
    except (WrongCredentials, WrongTarget) as wrong:
        raise click.UsageError(str(wrong)) from None
    for item in unknown:
        click.echo(f"{item.named} {item.why}.", err=True)
    search = Search(credentials, port, hops, as_json)
    if proposing or accepting:
        with open_installation(data):
            place = _site(site)
            heard, unheard = asyncio.run(gather(found, search))
            _keep(heard, access, port, accepting, place)
    else:
        unheard = asyncio.run(show(found, search))
    sys.exit(1 if unknown or unheard else 0)


def _site(code: str | None) -> Site | None:
    place = Site.objects.filter(code=code).first() if code else None
    if code and place is None:
        raise click.UsageError(f"There is no site {code!r} in the inventory: import it first, or leave --site out.")
    return place


async def show(targets: list[Target], search: Search) -> int:
    """Prints what is found, as it is found; returns how many named hosts were not heard."""
    unheard = 0
    around: AsyncIterator[Device | Found | Unheard] = (
        follow(targets, search.credentials, search.hops, port=search.port)
        if search.hops
        else discover(targets, search.credentials, look_at, port=search.port)
    )
    async for found in around:
        if isinstance(found, Unheard):
            unheard += 1
        print_one(found, search.as_json)
    return unheard


async def gather(targets: list[Target], search: Search) -> tuple[list[Found], int]:
    """The devices with their surroundings, printed as they are found, and how many named hosts were not heard."""
    heard, unheard = list[Found](), 0
    async for found in follow(targets, search.credentials, search.hops, port=search.port):
        if isinstance(found, Unheard):
            unheard += 1
        else:
            heard.append(found)
        print_one(found, search.as_json)
    return heard, unheard


def print_one(found: Device | Found | Unheard, as_json: bool) -> None:
    """A device on standard output, one that was not heard on standard error."""
    if isinstance(found, Unheard):
        click.echo(f"{found.named} {found.why}.", err=True)
        return
    device = found.device if isinstance(found, Found) else found
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(device), ensure_ascii=False))
        return
    click.echo(as_text(device))
    for one in found.neighbours if isinstance(found, Found) else ():
        click.echo(f"         {one.port} – {one.name} {one.their_port} {one.address}".rstrip())


def as_text(device: Device) -> str:
    """A device for people: a line, and one for each interface."""
    lines = [f"{device.address}  {device.name}  {device.description}"]
    for item in device.interfaces:
        speed = f"{item.speed_bps / 1e6:,.0f} Mbit/s" if item.speed_bps else "speed unknown"
        lines.append(f"  {item.index:>5}  {item.name:<20}  {item.oper:<5}  {speed}")
    return "\n".join(lines)


def _keep(heard: list[Found], access: str, port: int, accepting: bool, place: Site | None) -> None:
    """Notes what was found, says what the inventory does not know of it, and takes it in where that was asked."""
    findings = propose(devices=[as_said(one) for one in heard], by=None, access=access, port=port)
    waiting = [one for one in findings if accepting or one.state == Finding.State.WAITING]
    for proposal in proposals(waiting):
        for line in as_difference(proposal):
            click.echo(line, err=True)
    if not accepting:
        click.echo(f"{len(waiting)} wait on the page Network → Found.", err=True)
        return
    try:
        changes = accept(findings=findings, by=None, site=place)
    except Faulty as error:
        raise stop(error.sentences) from None
    for kind, counts in changes.as_json().items():
        if counts["created"] or counts["changed"]:
            click.echo(f"{kind}: {counts['created']} created, {counts['changed']} changed", err=True)


def as_difference(proposal: Proposal) -> list[str]:
    """What the inventory does not know, in lines."""
    name = proposal.said.name or proposal.said.address
    if proposal.known is None:
        return [f"+ {name} ({proposal.said.address}) is not in the inventory: {len(proposal.said.interfaces)} interfaces."]
    return [f"~ {proposal.known.code}: {sentence}" for sentence in proposal.differs]


def as_said(found: Found) -> Said:
    """A found device in the words of room `network`."""
    told = dataclasses.asdict(found)
    return msgspec.convert({**told.pop("device"), **told}, Said)
