"""The loop `reports.elsewhere`: sends what waits to other governments' servers and asks how it stands there."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
from django.db import DatabaseError, InterfaceError
from django.db.models import Q
from django.utils import timezone
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread

from .. import actions
from ..models import Server
from . import calling
from .models import Forwarded, Stage

EVERY_S = 15.0
SERVICES_EVERY, STATE_EVERY = timedelta(days=1), timedelta(minutes=10)
AT_A_TIME = 50


def look() -> None:
    """One round."""
    now = timezone.now()
    for server in Server.objects.filter(Q(asked=None) | Q(asked__lt=now - SERVICES_EVERY), active=True):
        try:
            actions.note_services(server=server, services=calling.services(server), problem="", now=now)
        except calling.Unheard as why:
            actions.note_services(server=server, services=[], problem=str(why), now=now)
    while (one := actions.take_to_send()) is not None:
        try:
            number, token = calling.post(one)
            actions.note_sent(forwarded=one, number=number, token=token)
        except calling.Unheard as why:
            actions.note_sent(forwarded=one, number="", token="", problem=str(why))
    due = Forwarded.objects.filter(stage=Stage.OPEN, server__active=True, asked__lt=timezone.now() - STATE_EVERY).order_by("asked")
    for one in due.select_related("server", "report__region")[:AT_A_TIME]:
        _ask(one)


def _ask(one: Forwarded) -> None:
    """How one stands there. A server that does not answer is asked again later; nothing is written then but the time."""
    number, state, notes = "", "", ""
    try:
        if not one.outside_id:
            number = one.outside_id = calling.number_of(one)
        if one.outside_id:
            state, notes = calling.state_of(one)
    except calling.Unheard:
        state, notes = "", ""
    actions.note_state(forwarded=one, number=number, state=state, notes=notes)


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Looks every few seconds until the house closes; complains once when the database is away."""
    complaint = Complaint("forwarded reports wait")
    with ThreadPoolExecutor(1, thread_name_prefix="elsewhere") as thread:
        while not closing.is_set():
            try:
                await in_thread(thread, look)
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=EVERY_S)
