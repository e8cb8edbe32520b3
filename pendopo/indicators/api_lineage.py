"""GET /api/v1/lineage: where a number comes from, for machines."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from .api import moment, only, readable, region_or_404, reply
from .concealing.reading import Key, hidden_words, is_everyone
from .latest import utc_text
from .lineage import Lineage, Word, dims_of, lineage, opens_deliveries
from .logic import dims_key
from .models import Delivery, Indicator
from .reader import reader_of

router = Router(tags=["figures"])

MOST_INPUTS = 1000


class WordOut(Schema):
    """A stored row: what a delivery said about a series and time. `value` null = a retraction."""

    indicator: str
    region: str
    at: str
    value: float | None
    quality: Literal["ok", "provisional", "suspect"]
    known_since: str
    delivery: int
    dims: dict[str, str] | None = None
    note: str | None = None
    lineage: str | None = None


class DeliveryOut(Schema):
    """A delivery that gave rows. Its file, name and sender are told to those who may open deliveries of the source."""

    delivery: int
    source: str
    way: str
    received: str
    known_since: str
    rows: int
    digest: str
    file: str | None = None
    name: str | None = None
    by: str | None = None


class FormulaOut(Schema):
    """The formula of a derived figure: its version, in words, as declared, and the value of every part."""

    version: int
    words: str
    derived: Any
    steps: Any
    causes: list[int]


class LineageOut(Schema):
    """The origin of one figure. `proven`: the formula gives the stored value again from the stored rows."""

    indicator: str
    region: str
    dims: dict[str, str] | None = None
    kind: Literal["sent", "derived", "rolled", "none"]
    at: str | None
    value: float | None
    unit: str
    quality: Literal["ok", "provisional", "suspect"] | None
    known_since: str | None
    coverage: dict[str, int]
    formula: FormulaOut | None
    rollup: str | None
    proven: bool | None
    words: list[WordOut]
    inputs: list[WordOut]
    inputs_omitted: int
    withheld: list[str]
    deliveries: list[DeliveryOut]


@router.get("/lineage", response=LineageOut, summary="Where a number comes from")
def of_figure(request: HttpRequest, indicator: str, region: str, at: str | None = None, as_of: str | None = None) -> HttpResponse:
    """Formula, inputs, rows and deliveries of the newest figure, or of the period that holds `at`; as it was known at `as_of`.

    `dims.NAME` picks a series. `inputs` of a derived or rolled-up figure are the rows it was made of (at most 1,000).
    """
    only(request, "indicator", "region", "at", "as_of", "dims.")
    reader = reader_of(request)
    wanted = readable(reader, indicator)
    if len(wanted) != 1:
        raise HttpError(422, _("Ask for one indicator at a time."))
    code = region_or_404(region or "-") or ""
    dims = dims_of(request)
    found = lineage(wanted[0], code, reader, at=moment(at, "at"), as_of=moment(as_of, "as_of"), dims=dims)
    if is_everyone(reader):
        found = without_few(found, moment(as_of, "as_of"))
    open_to = opens_deliveries(reader, {delivery.source for delivery in found.deliveries})
    return reply(lineage_json(found, open_to))


def without_few(found: Lineage, as_of: datetime | None) -> Lineage:
    """The same as everyone may read it: without words and inputs that tell of few people, and without the steps of a formula that would.

    A figure that is itself concealed has no origin for everyone: 403.
    """
    own = Key(found.indicator.code, found.region, dims_key(found.dims), found.at)
    key_of = {id(word): Key(word.indicator, word.region, dims_key(word.dims), word.at) for word in (*found.words, *found.inputs)}
    told = [(key_of[id(word)], word.value) for word in (*found.words, *found.inputs)]
    hidden = hidden_words([(own, found.value), *told], as_of)
    if own in hidden:
        raise HttpError(403, _("Few people may live there: where their numbers come from is open to those who work with them."))
    inputs = [word for word in found.inputs if key_of[id(word)] not in hidden]
    kept_back = {word.indicator for word in found.inputs if key_of[id(word)] in hidden}
    return replace(
        found,
        words=[word for word in found.words if key_of[id(word)] not in hidden],
        inputs=inputs,
        retraced=None if kept_back else found.retraced,
        withheld=sorted({*found.withheld, *kept_back}),
    )


def lineage_json(found: Lineage, open_to: set[int]) -> dict[str, Any]:
    """The answer; `open_to` are the sources whose deliveries the reader may open."""
    derived = set(Indicator.objects.filter(derived__isnull=False).values_list("code", flat=True))
    retraced = found.retraced
    formula = None
    if retraced is not None:
        formula = {"version": retraced.version, "words": retraced.formula, "derived": retraced.expression}
        formula |= {"steps": retraced.steps.as_json(), "causes": list(retraced.causes)}
    return {
        "indicator": found.indicator.code,
        "region": found.region,
        **({"dims": found.dims} if found.dims else {}),
        "kind": found.kind,
        "at": utc_text(found.at),
        "value": found.value,
        "unit": found.indicator.unit,
        "quality": found.quality,
        "known_since": utc_text(found.known_since),
        "coverage": {"reporting": found.coverage[0], "expected": found.coverage[1]},
        "formula": formula,
        "rollup": found.indicator.rollup if found.kind == "rolled" else None,
        "proven": found.proven,
        "words": [word.as_json() for word in found.words],
        "inputs": [_input(word, derived) for word in found.inputs[:MOST_INPUTS]],
        "inputs_omitted": max(0, len(found.inputs) - MOST_INPUTS),
        "withheld": found.withheld,
        "deliveries": [_delivery(delivery, delivery.source_id in open_to) for delivery in found.deliveries],
    }


def _input(word: Word, derived: set[str]) -> dict[str, Any]:
    """An input row; one that is derived itself leads on to its own lineage."""
    answer = word.as_json()
    if word.indicator in derived:
        query = {"indicator": word.indicator, "region": word.region, "at": utc_text(word.at), "as_of": utc_text(word.known_since)}
        answer["lineage"] = f"/api/v1/lineage?{urlencode({name: value for name, value in query.items() if value})}"
    return answer


def _delivery(delivery: Delivery, is_open: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "delivery": delivery.pk,
        "source": delivery.source.code,
        "way": delivery.way,
        "received": utc_text(delivery.received),
        "known_since": utc_text(delivery.known_since),
        "rows": delivery.rows,
        "digest": delivery.digest,
    }
    if is_open:
        told = {"file": delivery.file, "name": delivery.name, "by": delivery.by.name if delivery.by else ""}
        answer |= {key: value for key, value in told.items() if value}
    return answer
