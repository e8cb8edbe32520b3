"""Orders from hand to hand: who may do what when, what is late, what is told, what stands in the book."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pendopo.agencies.access import may
from pendopo.agencies.actions import Refused, hand_over, new_token
from pendopo.agencies.models import Agency, Person, Post, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.audit.models import Entry
from pendopo.notify.models import Notice
from pendopo.orders import actions, logic
from pendopo.orders.actions import Proof
from pendopo.orders.forms import within_reach
from pendopo.orders.models import Order, State, Word
from pendopo.regions.models import Region
from pendopo.wall.brief.due import orders_due

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@given(st.lists(st.sampled_from(sorted(logic.MOVES)), max_size=12))
def test_whatever_people_try_an_ended_order_is_ended_unless_a_refusal_is_sent_back(tries: list[str]) -> None:
    state = logic.GIVEN
    for verb in tries:
        if state in logic.MOVES[verb].of:
            assert state not in (logic.DONE, logic.WITHDRAWN)
            state = logic.MOVES[verb].to
        assert not (state in logic.OPEN and not logic.moves_from(state, giver=True, holder=False))


def test_late_is_reported_after_the_due_time_or_not_at_all() -> None:
    assert logic.is_overdue(logic.GIVEN, NOON, NOON + timedelta(seconds=1))
    assert not logic.is_overdue(logic.GIVEN, NOON, NOON) and not logic.is_overdue(logic.DONE, NOON, NOON + timedelta(days=1))
    assert not logic.is_overdue(logic.REPORTED, NOON, NOON + timedelta(days=1), reported=NOON)
    assert logic.is_overdue(logic.REPORTED, NOON, NOON + timedelta(days=1), reported=NOON + timedelta(hours=1))
    assert logic.is_close(logic.ACCEPTED, NOON, NOON - timedelta(hours=23)) and not logic.is_close(logic.REPORTED, NOON, NOON)


def post_of(person: Person) -> Post:
    return person.holdings.get().post


@pytest.mark.django_db
def test_an_order_from_giving_to_closing(sari: Person, camat: Person) -> None:
    form = {"what": "Siapkan dapur umum", "to": [post_of(camat).pk], "about": "/incidents/x", "title": "Banjir"}
    answer = signed_in(sari).post("/orders/new", form)
    assert answer.status_code == 302 and answer["Location"] == "/incidents/x"
    order = Order.objects.get()
    page = signed_in(camat).get("/orders/").content.decode()
    assert "Siapkan dapur umum" in page and "Untuk jabatan saya (1)" in page
    assert [one.about for one in orders_due(camat, timezone.now())] == ["Siapkan dapur umum"] and not orders_due(sari, timezone.now())

    camats = signed_in(camat)
    assert camats.post(f"{order.get_absolute_url()}/do", {"do": "report"}).status_code == 409
    proof = SimpleUploadedFile("dapur.txt", b"sudah")
    assert camats.post(f"{order.get_absolute_url()}/do", {"do": "report", "text": "Selesai", "file": proof}).status_code == 302
    word = Word.objects.get(verb="report")
    assert word.digest == hashlib.sha256(b"sudah").hexdigest() and Entry.objects.get(verb="report").after["digest"] == word.digest
    assert b"".join(signed_in(sari).get(f"/orders/proof/{word.pk}").streaming_content) == b"sudah"  # type: ignore[attr-defined]
    assert camats.post(f"{order.get_absolute_url()}/do", {"do": "close"}).status_code == 409
    assert [one.title for one in orders_due(sari, timezone.now())] and not orders_due(camat, timezone.now())
    assert signed_in(sari).post(f"{order.get_absolute_url()}/do", {"do": "close"}).status_code == 302
    order.refresh_from_db()
    assert order.state == State.DONE and order.ended
    told = Notice.objects.filter(kind="order").order_by("pk").values_list("subject", flat=True)
    assert list(told) == ["Order: %(what)s", "Order reported as done: %(what)s", "Order closed as done: %(what)s"]
    (settings.FILES_DIR / word.file.name).unlink()


@pytest.mark.django_db
def test_a_stranger_to_the_order_neither_sees_nor_moves_it(sari: Person, camat: Person, budi: Person) -> None:
    order = actions.give(what="Periksa tanggul", to=post_of(camat), by=sari)
    client = signed_in(budi)
    assert client.get(order.get_absolute_url()).status_code == 404
    assert client.post(f"{order.get_absolute_url()}/do", {"do": "accept"}).status_code == 404
    assert client.get("/orders/new").status_code == 403
    assert Client().get("/api/v1/orders").status_code == 401
    other = signed_in(camat).post("/orders/new", {"what": "x", "to": [post_of(sari).pk]})
    assert other.status_code == 200 and Order.objects.count() == 1


@pytest.mark.django_db
def test_the_order_stays_with_the_post(sari: Person, camat: Person) -> None:
    order = actions.give(what="Periksa tanggul", to=post_of(camat), by=sari)
    heir = person_in_post("baru@mojokerto.test", "Camat Baru", Role.STEWARD)
    hand_over(post=post_of(camat), to=heir, by=None)
    assert signed_in(heir).post(f"{order.get_absolute_url()}/do", {"do": "accept"}).status_code == 302
    assert signed_in(camat).get(order.get_absolute_url()).status_code == 403


@pytest.mark.django_db
def test_the_second_of_two_who_move_it_reads_how_it_stands(sari: Person, camat: Person) -> None:
    order = actions.give(what="Periksa tanggul", to=post_of(camat), by=sari)
    actions.withdraw(order=order, by=sari)
    with pytest.raises(Refused, match="Ditarik"):
        actions.accept(order=order, by=camat)
    with pytest.raises(Refused):
        actions.refuse(order=order, by=camat, proof=Proof())


@pytest.mark.django_db
def test_who_is_late_hears_it_once_and_the_api_says_so(sari: Person, camat: Person) -> None:
    order = actions.give(what="Kirim perahu", to=post_of(camat), by=sari, due=timezone.now() + timedelta(hours=1), about="/x")
    assert actions.remind() == 0
    later = timezone.now() + timedelta(hours=2)
    assert actions.remind(now=later) == 1 and actions.remind(now=later) == 0
    assert Notice.objects.filter(subject="Order overdue: %(what)s").count() == 1
    Order.objects.filter(pk=order.pk).update(due=timezone.now() - timedelta(hours=1))
    token, secret = new_token(person=camat, by=camat)
    answer = Client().get("/api/v1/orders?state=overdue&about=/x", HTTP_AUTHORIZATION=f"Bearer {secret}").json()
    assert answer["next"] is None and answer["items"][0]["overdue"] and answer["items"][0]["to"] == post_of(camat).title


@pytest.mark.django_db
@pytest.mark.parametrize("about", ["javascript:alert(1)", "//evil.test", "/\\evil.test", "/\t/evil.test"])
def test_a_link_to_the_form_leads_nowhere_else(sari: Person, camat: Person, about: str) -> None:
    client = signed_in(sari)
    assert client.get("/orders/new", {"about": about}).context["cancel"] == "/orders/"
    form = {"what": "Tutup jalan", "to": camat.holdings.get().post_id, "about": about}
    assert client.post("/orders/new", form)["Location"].startswith("/orders/") and Order.objects.get().about == ""


@pytest.mark.django_db
def test_the_posts_within_reach_are_asked_of_the_database_and_are_those_of_the_doorkeeper(
    rani: Person, sari: Person, budi: Person, camat: Person, dinkes: Agency, django_assert_max_num_queries: Any
) -> None:
    head = person_in_post("kadin@mojokerto.test", "Kepala Dinas", Role.VIEWER, agency=dinkes)
    person_in_post("staf@mojokerto.test", "Staf", Role.STEWARD, agency=dinkes)
    Post.objects.create(title="Sekdes", role=Role.VIEWER, region=Region.objects.get(code="35.16.13.2001"))
    Post.objects.create(title="Kosong", role=Role.VIEWER, active=False)
    for person in (rani, sari, budi, camat, head):
        wanted = {post.pk for post in Post.objects.filter(active=True) if may(person, "orders.give", post)}
        with django_assert_max_num_queries(1):
            assert {post.pk for post in within_reach(person)} == wanted, person
    assert within_reach(head).count() == 2 and within_reach(camat).count() == 2 and not within_reach(budi)
