"""The API attacked by its own description: whatever Schemathesis thinks of, no answer is a server error, and answers are as promised.

PENDOPO_EXAMPLES sets how many requests each operation gets (20; 500 for the long form).
"""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from pendopo.api import api
from pendopo.asgi import application
from pendopo.indicators.tests.yard import Yard, lay_out, post

EXAMPLES = int(os.environ.get("PENDOPO_EXAMPLES", "20"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def yard() -> Yard:
    """Something to find: three districts with a figure each, one of them corrected."""
    laid = lay_out()
    for district in ("35.16.01", "35.16.02", "35.16.01"):
        rows = [{"indicator": code, "region": district, "at": "2026-05-01T00:00:00Z", "value": 1} for code in ("level", "cases", "free")]
        assert post(laid, {"observations": rows}).status == 201
    return laid


@pytest.fixture
def described(yard: Yard) -> BaseSchema:
    """The description as it is served."""
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", application)


def operations() -> list[str]:
    """Every operation of the description, as `GET /api/v1/latest`."""
    paths = api.get_openapi_schema()["paths"]
    return sorted(f"{method.upper()} {path}" for path, item in paths.items() for method in item if method in {"get", "post"})


@pytest.mark.parametrize("label", operations())
def test_no_answer_is_a_server_error(described: BaseSchema, yard: Yard, label: str) -> None:
    """With the key of a source, so that writing is reached as well; right requests and wrong ones."""
    operation = next(found.ok() for found in described.get_all_operations() if found.ok().label == label)
    both = operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @given(case=both)
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def attack(case: schemathesis.Case) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {yard.key}"})
        case.validate_response(answer, checks=CHECKS)

    attack()
