"""Programmes and events of a steward of one agency: what they make is theirs to decide, to change and to cancel."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from pendopo.agencies.models import Agency, Person
from pendopo.agencies.tests.people import signed_in
from pendopo.coworking.places.actions import set_place
from pendopo.coworking.places.models import Place
from pendopo.coworking.startups import actions
from pendopo.coworking.startups.models import Event, Programme
from pendopo.notify.models import Notice

from .yard import hall

__all__ = ["hall"]

DAY = timedelta(days=1)


@pytest.fixture
def posko(hall: Place, bpbd: Agency) -> Place:
    """The place of Budi's agency."""
    return set_place(code="posko", by=None, name="Posko", agency=bpbd)


def test_a_steward_decides_on_the_own_programme(posko: Place, bpbd: Agency, budi: Person) -> None:
    today, browser = timezone.localdate(), signed_in(budi)
    dates = {"call_opens": today, "call_closes": today + DAY, "begins": today, "ends": today + 30 * DAY}
    made = browser.post("/startups/programmes/new", {"code": "tangguh", "name": "Tangguh", "seats": 3, **dates})
    programme = Programme.objects.get()
    assert made["Location"] == programme.get_absolute_url() and programme.agency == bpbd
    sent = actions.apply(programme=programme, startup=actions.set_startup(code="a", by=None, name="A"), text="x", by=None)
    browser.post(f"{programme.get_absolute_url()}/do", {"deed": "accept", "application": sent.pk})
    sent.refresh_from_db()
    assert sent.verdict == "accepted"
    changed = {"name": "Tangguh 2027", "seats": 5, **dates}
    assert browser.post(f"{programme.get_absolute_url()}/edit", changed).status_code == 302
    programme.refresh_from_db()
    assert (programme.code, programme.name, programme.seats, programme.agency) == ("tangguh", "Tangguh 2027", 5, bpbd)
    other = actions.set_programme(code="lain", by=None, name="Lain", **dates)
    assert browser.get(f"{other.get_absolute_url()}/edit").status_code == 403


def test_a_steward_moves_and_cancels_the_own_event_and_people_are_told(posko: Place, hall: Place, budi: Person) -> None:
    browser = signed_in(budi)
    start = timezone.localtime(timezone.now() + DAY).replace(microsecond=0, second=0)
    form = {"code": "temu", "name": "Temu", "seats": 9, "start": f"{start:%Y-%m-%dT%H:%M}", "end": f"{start + DAY:%Y-%m-%dT%H:%M}"}
    assert browser.post("/startups/events/new", form).status_code == 200, "an event of an agency's steward has a place"
    assert browser.post("/startups/events/new", {**form, "place": hall.pk}).status_code == 200, "and it is their own"
    browser.post("/startups/events/new", {**form, "place": posko.pk})
    event = Event.objects.get()
    assert event.place == posko
    actions.register_for(event=event, name="Nia", email="nia@contoh.test")
    later = {**form, "place": posko.pk, "end": f"{start + 2 * DAY:%Y-%m-%dT%H:%M}"}
    assert browser.post(f"{event.get_absolute_url()}/edit", later).status_code == 302
    assert browser.post(f"{event.get_absolute_url()}/edit", later).status_code == 302
    assert Notice.objects.filter(kind="event").count() == 1, "nothing new is not told"
    browser.post(f"{event.get_absolute_url()}/cancel", {"why": ""})
    event.refresh_from_db()
    assert event.cancelled is None
    browser.post(f"{event.get_absolute_url()}/cancel", {"why": "Gedung dicat"})
    event.refresh_from_db()
    assert event.cancelled and Notice.objects.filter(kind="event").count() == 2
    assert Notice.objects.order_by("-pk")[0].context["why"] == "Gedung dicat" and not mail.outbox
    assert "Gedung dicat" not in browser.get(event.get_absolute_url()).content.decode()
    foreign = actions.set_event(code="lain", by=None, name="Lain", place=hall, start=start, end=start + DAY)
    assert browser.post(f"{foreign.get_absolute_url()}/cancel", {"why": "x"}).status_code == 403
