"""What every page knows of its place: the name of the government's region."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from .models import Region


@cache
def _name(code: str) -> str:
    return Region.objects.values_list("name", flat=True).get(pk=code)


def government(request: HttpRequest) -> dict[str, Any]:
    """`house_name`: the name of PENDOPO_REGION, or its code while the region table is empty."""
    try:
        return {"house_name": _name(settings.REGION)}
    except Region.DoesNotExist:
        return {"house_name": settings.REGION}
