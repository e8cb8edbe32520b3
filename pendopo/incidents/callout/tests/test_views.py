"""Pages of chains and call-outs, from an empty house to a call-out that was stopped."""

import pytest

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.incidents.models import CallList, CallOut, Chain

pytestmark = pytest.mark.django_db


def test_a_chain_is_made_tried_changed_and_started(sari: Person, budi: Person, camat: Person) -> None:
    client = signed_in(sari)
    assert client.post("/callout/lists/new", {"name": "Kepala OPD", "people": [budi.pk, camat.pk]}).status_code == 302
    form = {
        "name": "Pusat kendali",
        "code": "pusat",
        "alarm_from": "Severe",
        "patience_s": 60,
        "region": "35.16.13",
        "word": "water",
        "step0-whom": f"person:{sari.pk}",
        "step0-channels": ["email", "sms"],
        "step0-wait_s": 120,
        "step1-whom": f"list:{CallList.objects.get().pk}",
        "step1-channels": ["email"],
        "step1-wait_s": 300,
        "step2-whom": "siren:",
    }
    assert client.post("/callout/chains/new", form).status_code == 302
    found = Chain.objects.get()
    assert [str(step) for step in found.steps.all()] == ["Seseorang: Sari", "Daftar panggil: Kepala OPD", "Sirene"]
    page = client.get("/callout/chains/pusat").content.decode()
    assert "hanya di dalam Sooko" in page and "hanya kata “water”" in page
    edit = client.get("/callout/chains/pusat/edit").content.decode()
    assert 'value="35.16.13" selected' in edit and 'value="water"' in edit
    assert "Sari" in page and "belum dipasang" in page and "Pak Camat" in page
    assert client.get("/callout/chains/pusat/edit").content.decode().count("<fieldset") == 6
    assert (
        client.post("/callout/start", {"chain": "pusat", "subject": "Banjir", "severity": "Severe", "about": "//evil"}).status_code == 302
    )
    out = CallOut.objects.get()
    assert out.about == "" and out.plan[0]["channels"] == ["email", "sms"]
    assert client.post(f"/callout/{out.pk}/stop", {"why": " "}).status_code == 302
    assert "Banjir" in client.get(out.get_absolute_url()).content.decode()
    client.post(f"/callout/{out.pk}/stop", {"why": "air surut"})
    out.refresh_from_db()
    assert out.state in ("stopped", "unanswered")
    assert signed_in(camat).get("/callout").status_code == 403


def test_only_administrators_see_the_keys_of_gateways(sari: Person, rani: Person) -> None:
    assert "/callout/replies/sms" in signed_in(rani).get("/callout/chains").content.decode()
    assert "/callout/replies/sms" not in signed_in(sari).get("/callout/chains").content.decode()
