"""Verbs about agencies and people, against a real database."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from pendopo.agencies import access, actions
from pendopo.agencies.models import Agency, Holding, Person, Post, Role, Standing
from pendopo.agencies.tests.people import PASSWORD, person_in_post, signed_in
from pendopo.audit.models import Entry
from pendopo.regions.models import Region

pytestmark = pytest.mark.django_db


def rows(*lines: str) -> list[dict[str, str]]:
    """Rows of a small CSV: the first line names the columns."""
    header = lines[0].split(",")
    return [dict(zip(header, line.split(","), strict=True)) for line in lines[1:]]


def test_agencies_are_taken_once_and_faulty_rows_refused_by_sentence(regency: Region) -> None:
    table = rows(
        "nama,jenis,keyakinan,email,region",
        "Dinas Kesehatan,dinas,sumber,,",
        "Kecamatan Sooko,kecamatan,sumber,,",
        "Sekretariat Daerah,sekretariat,perlu_verifikasi,,",
        "Dinas Sosial,dinas,sumber,bukan surel,",
        ",dinas,sumber,,",
        "Polres Mojokerto,,sumber,,99.99",
    )
    counts = actions.import_agencies(rows=table, within="35.16", by=None)
    assert (counts.created, counts.unverified, len(counts.refused)) == (3, 1, 3)
    assert [text.split(":")[0].split()[-1] for text in counts.refused] == ["5", "6", "7"]
    sooko = Agency.objects.get(name="Kecamatan Sooko")
    assert (sooko.kind, sooko.region_id) == ("district", "35.16.13")
    assert not Agency.objects.get(name="Sekretariat Daerah").verified
    entries = Entry.objects.count()
    again = actions.import_agencies(rows=table, within="35.16", by=None)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 3)
    assert Entry.objects.count() == entries


def test_ensure_agency_finds_by_code_name_and_short_name() -> None:
    first = actions.ensure_agency("Badan Penanggulangan Bencana Daerah (BPBD)")
    assert first.code == "bpbd"
    for text in ("bpbd", "BPBD", " badan penanggulangan  bencana daerah (bpbd)"):
        assert actions.ensure_agency(text) == first
    assert actions.ensure_agency("Polres Mojokerto").is_vertical


def test_an_agency_cannot_stand_below_itself() -> None:
    above = actions.add_agency(by=None, name="Dinas Kesehatan")
    below = actions.add_agency(by=None, name="UPT Puskesmas Sooko", parent_id=above.pk)
    with pytest.raises(actions.Refused, match="itself|dirinya"):
        actions.change_agency(agency=above, by=None, parent_id=below.pk)


def test_hand_over_is_one_step(rani: Person, sari: Person, budi: Person) -> None:
    post = actions.add_post(by=rani, title="Kepala BPBD", role=Role.STEWARD)
    actions.appoint(post=post, person=sari, by=rani)
    with pytest.raises(actions.Refused):
        actions.appoint(post=post, person=budi, by=rani)
    actions.appoint(post=post, person=rani, by=rani, standing=Standing.PLH)
    entries = Entry.objects.count()
    actions.hand_over(post=post, to=budi, by=rani)
    assert Entry.objects.count() == entries + 1
    assert list(post.holdings.filter(until=None).values_list("person__name", flat=True)) == ["Budi"]
    assert post.holdings.count() == 3


def test_acting_holders(rani: Person, sari: Person, budi: Person) -> None:
    post = actions.add_post(by=rani, title="Sekretaris", role=Role.VIEWER)
    with pytest.raises(actions.Refused, match="Plh"):
        actions.appoint(post=post, person=sari, by=rani, standing=Standing.PLH)
    actions.appoint(post=post, person=sari, by=rani, standing=Standing.PLT)
    actions.hand_over(post=post, to=budi, by=rani)
    with pytest.raises(actions.Refused, match="Plt"):
        actions.appoint(post=post, person=sari, by=rani, standing=Standing.PLT)


def test_an_acting_holder_for_two_weeks(rani: Person, sari: Person, budi: Person) -> None:
    now = timezone.now()
    post = actions.add_post(by=rani, title="Kepala Pelaksana", role=Role.ADMINISTRATOR)
    actions.appoint(post=post, person=rani, by=rani)
    begin, end = now + timedelta(days=1), now + timedelta(days=15)
    actions.appoint(post=post, person=sari, by=rani, standing=Standing.PLH, since=begin, until=end)
    assert not access.may(Person.objects.get(pk=sari.pk), "people.change"), "it has not begun"
    with pytest.raises(actions.Refused):
        actions.appoint(post=post, person=budi, by=rani, standing=Standing.PLH, since=now + timedelta(days=10))
    actions.appoint(post=post, person=budi, by=rani, standing=Standing.PLH, since=end)
    assert list(Holding.objects.current(begin).filter(post=post, standing=Standing.PLH).values_list("person", flat=True)) == [sari.pk]
    assert list(Holding.objects.current(end).filter(post=post, standing=Standing.PLH).values_list("person", flat=True)) == [budi.pk]
    with pytest.raises(actions.Refused):
        actions.appoint(post=post, person=budi, by=rani, standing=Standing.PLH, since=now, until=now - timedelta(days=1))
    actions.leave(person=sari, by=rani)
    assert not Holding.objects.unended().filter(person=sari).exists(), "what has not begun yet is lost, too"


def test_the_database_itself_refuses_two_holders(rani: Person, sari: Person) -> None:
    post = actions.add_post(by=rani, title="Bupati", role=Role.VIEWER)
    actions.appoint(post=post, person=rani, by=rani)
    with pytest.raises(IntegrityError), transaction.atomic():
        Holding.objects.create(post=post, person=sari)


def test_a_leaver_loses_everything_at_once(rani: Person, sari: Person) -> None:
    key = signed_in(sari).session.session_key
    _token, secret = actions.new_token(person=sari, by=sari)
    Authenticator.objects.create(user=sari, type="totp", data={})
    word = actions.invitation_for(sari)
    assert actions.person_by_token(secret) == sari
    assert access.may(Person.objects.get(pk=sari.pk), "boards.see")

    actions.leave(person=sari, by=rani)

    gone = Person.objects.get(pk=sari.pk)
    assert not gone.is_active and not gone.check_password(PASSWORD)
    assert actions.person_by_token(secret) is None
    assert actions.person_invited_by(word) is None
    assert not Authenticator.objects.filter(user=sari).exists()
    assert not Session.objects.filter(pk=key).exists()
    assert access.grants_of(gone) == []


def test_a_post_in_an_agency_reaches_those_below_it_and_no_other(dinkes: Agency, bpbd: Agency, budi: Person) -> None:
    clinic = actions.add_agency(by=None, name="Puskesmas Sooko", parent=bpbd)
    room = actions.add_agency(by=None, name="Apotek Puskesmas Sooko", parent=clinic)
    reader = Person.objects.get(pk=budi.pk)
    assert [access.may(reader, "sources.change", agency) for agency in (bpbd, clinic, room, dinkes)] == [True, True, True, False]
    assert access.agency_ids_of(reader) == {bpbd.pk, clinic.pk, room.pk}
    below = person_in_post("ida@mojokerto.test", "Ida", Role.STEWARD, agency=clinic)
    assert [access.may(below, "sources.change", agency) for agency in (bpbd, clinic, room)] == [False, True, True]


def test_the_last_administrator_stays(rani: Person) -> None:
    with pytest.raises(actions.Refused):
        actions.leave(person=rani, by=rani)
    assert Person.objects.get(pk=rani.pk).is_active


def test_first_administrator_only_once() -> None:
    first = actions.first_administrator()
    assert first is not None
    email, password = first
    person = Person.objects.get(email=email)
    assert person.check_password(password)
    assert access.may(person, "agencies.change")
    assert actions.first_administrator() is None


def test_tokens_expire_and_can_be_revoked(sari: Person) -> None:
    token, secret = actions.new_token(person=sari, by=sari, label="R")
    assert secret.startswith("pdt_") and secret not in token.digest
    assert actions.person_by_token("pds_" + secret[4:]) is None
    token.expires = timezone.now() - timedelta(seconds=1)
    token.save()
    assert actions.person_by_token(secret) is None
    other, secret = actions.new_token(person=sari, by=sari)
    assert actions.revoke_token(token=other, by=sari)
    assert actions.person_by_token(secret) is None


def test_invitations_are_good_once() -> None:
    person = actions.invite(by=None, email="Dewi@Mojokerto.test", name="Dewi", role="steward", scope="")
    assert person.email == "dewi@mojokerto.test"
    word = actions.invitation_for(person)
    assert actions.person_invited_by(word) == person
    assert actions.person_invited_by(word + "x") is None
    actions.set_password(person=person, password=PASSWORD, by=person)
    assert actions.person_invited_by(word) is None


def test_people_by_csv(regency: Region, bpbd: Agency) -> None:
    table = rows(
        "email,nama,role,scope,jabatan",
        "a@x.test,Ani,steward,bpbd,Wali Data BPBD",
        "b@x.test,Bayu,viewer,35.16.13,Camat Sooko",
        "c@x.test,Cici,king,,",
        "bukan,Dodi,viewer,,",
        "e@x.test,Eko,viewer,Dinas Entah,",
    )
    counts, invited = actions.import_people(rows=table, by=None)
    assert (counts.created, len(counts.refused)) == (2, 3)
    assert {person.name for person in invited} == {"Ani", "Bayu"}
    assert not Person.objects.filter(email="c@x.test").exists(), "a refused row leaves nothing behind"
    assert Post.objects.get(title="Camat Sooko").region_id == "35.16.13"
    assert actions.import_people(rows=table, by=None)[0].unchanged == 2


def test_a_post_has_one_scope(regency: Region, bpbd: Agency) -> None:
    with pytest.raises(actions.Refused):
        actions.add_post(by=None, title="Dua", role="viewer", agency=bpbd, region=regency)


def test_closing_needs_an_empty_agency(rani: Person, budi: Person, bpbd: Agency) -> None:
    with pytest.raises(actions.Refused):
        actions.close_agency(agency=bpbd, by=rani)
    actions.give_back(holding=Holding.objects.get(person=budi), by=rani)
    assert not actions.close_agency(agency=bpbd, by=rani).active
