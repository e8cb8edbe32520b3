"""What `pendopo doctor` says of the database of an installation."""

import pytest
from django.db import connection

from pendopo.incidents.callout.models import Chain
from pendopo.supervise.doctor import chain_finding


@pytest.mark.django_db(transaction=True)
def test_it_warns_when_no_chain_starts_by_itself() -> None:
    kept = connection.get_connection_params()
    url = " ".join(f"{name}={kept[name]}" for name in ("dbname", "user", "host", "port") if kept.get(name))
    Chain.objects.create(code="tangan", name="Dengan tangan")
    (found,) = chain_finding(url)
    assert found.verdict == "warning" and "/callout/chains" in found.mend
    Chain.objects.create(code="pusat", name="Pusat", alarm_from="Severe")
    (found,) = chain_finding(url)
    assert found.verdict == "ok" and not found.mend
    assert list(chain_finding("host=/nowhere dbname=pendopo")) == []
