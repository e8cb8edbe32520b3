"""People with names, for the tests of every room. Import the fixtures in a conftest: `from pendopo.agencies.tests.people import *`.

Sari is watch officer of the whole installation, Budi steward of another agency, Pak Camat sees one district, Rani administers the
house, Tamu is a stranger without an account.
"""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from pendopo.agencies import actions
from pendopo.agencies.models import Agency, Person, Role
from pendopo.regions import actions as region_actions
from pendopo.regions.models import Region

PASSWORD = "pendopo-terbuka-16"


@pytest.fixture
def regency(db: None) -> Region:
    """Kabupaten Mojokerto with its districts and villages."""
    region_actions.seed("35.16")
    return Region.objects.get(code="35.16")


@pytest.fixture
def dinkes(db: None) -> Agency:
    """The health office, where Sari's colleagues sit."""
    return actions.ensure_agency("Dinas Kesehatan")


@pytest.fixture
def bpbd(db: None) -> Agency:
    """The disaster agency, where Budi is data steward."""
    return actions.ensure_agency("Badan Penanggulangan Bencana Daerah (BPBD)")


def person_in_post(email: str, name: str, role: str, *, agency: Agency | None = None, region: Region | None = None) -> Person:
    """A person with a password who holds one post."""
    person = actions.add_person(by=None, email=email, name=name, password=PASSWORD)
    post = actions.ensure_post(by=None, title=f"{role} {name}", role=role, agency=agency, region=region)
    actions.appoint(post=post, person=person, by=None)
    return person


@pytest.fixture
def rani(db: None) -> Person:
    """Administrator of the whole installation."""
    return person_in_post("rani@mojokerto.test", "Rani", Role.ADMINISTRATOR)


@pytest.fixture
def sari(db: None) -> Person:
    """Operator: watch officer of the whole installation."""
    return person_in_post("sari@mojokerto.test", "Sari", Role.OFFICER)


@pytest.fixture
def budi(bpbd: Agency) -> Person:
    """Of another agency: data steward of BPBD."""
    return person_in_post("budi@mojokerto.test", "Budi", Role.STEWARD, agency=bpbd)


@pytest.fixture
def camat(regency: Region) -> Person:
    """Pak Camat: viewer of the district Sooko."""
    return person_in_post("camat@mojokerto.test", "Pak Camat", Role.VIEWER, region=Region.objects.get(code="35.16.13"))


@pytest.fixture
def tamu() -> AnonymousUser:
    """A stranger."""
    return AnonymousUser()


def signed_in(person: Person) -> Client:
    """A browser in which this person has signed in."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
