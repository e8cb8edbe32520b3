"""Run by a measurement with the environment of its installation: a source, its key and hourly indicators over every village."""

import hashlib
import json
import secrets
import sys

import pendopo.ready  # noqa: F401
from pendopo.agencies.models import Agency
from pendopo.indicators.models import Indicator, Source, SourceKey
from pendopo.regions.models import Region

count = int(sys.argv[1])
agency, _ = Agency.objects.get_or_create(code="bench", defaults={"name": "Bench"})
source, _ = Source.objects.get_or_create(code="bench", defaults={"name": "Bench", "agency": agency})
secret = "pds_" + secrets.token_urlsafe(24)
SourceKey.objects.create(source=source, digest=hashlib.sha256(secret.encode()).hexdigest())
codes = []
for number in range(count):
    indicator, _ = Indicator.objects.get_or_create(
        code=f"bench-{number}",
        defaults={
            "name_id": f"Bench {number}",
            "every": "1h",
            "grace": "45m",
            "kind": "gauge",
            "rollup": "sum",
            "level": "village",
            "publicity": "public",
            "checks": {"range": [-1000, 1000]},
        },
    )
    indicator.sources.add(source)
    codes.append(indicator.code)
villages = list(Region.objects.filter(level="village", code__startswith="35.16.").order_by("code").values_list("code", flat=True))
print(json.dumps({"key": secret, "indicators": codes, "villages": villages}))
