"""Signed webhooks in the manner of Standard Webhooks 1.0: POST of JSON with `webhook-id`, `webhook-timestamp` and `webhook-signature`."""

import asyncio
import ssl
import time
from collections.abc import Container, Mapping

import httpx
import msgspec
from django.utils.translation import gettext as _

from pendopo import __version__

from ..logic import Outcome, retry_after, signature
from ..models import Result
from ..outside import Inside, check
from ..writing import Letter

# Everything from the look-up of the name to the first line of the answer.
DEADLINE_S = 15.0
GONE = frozenset({410})


def send(letter: Letter) -> Outcome:
    """Posts the letter. Any 2xx is a success; redirects are not followed; the body of the answer is not read."""
    if not letter.secrets:
        return Outcome(Result.FAILED, detail=_("The secret of this webhook cannot be read any more: make a new one on its page."))
    body = msgspec.json.encode(letter.data)
    return deliver(letter.target, body, signed(letter, body, int(time.time())), GONE)


def deliver(url: str, body: bytes, headers: Mapping[str, str], gone: Container[int]) -> Outcome:
    """Posts a body to an address outside and says how that ended; with a status of `gone` the receiver wants nothing more."""
    return asyncio.run(_within_deadline(url, body, headers, gone))


async def _within_deadline(url: str, body: bytes, headers: Mapping[str, str], gone: Container[int]) -> Outcome:
    try:
        async with asyncio.timeout(DEADLINE_S):
            return await _post(url, body, headers, gone)
    except TimeoutError:
        return Outcome(Result.FAILED, detail=_("No answer within %(s)s seconds.") % {"s": int(DEADLINE_S)})
    except Inside as why:
        return Outcome(Result.FAILED, detail=str(why))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ssl.SSLError, UnicodeError) as problem:
        return Outcome(Result.FAILED, detail=str(problem) or type(problem).__name__)


async def _post(url: str, body: bytes, headers: Mapping[str, str], gone: Container[int]) -> Outcome:
    parts, address = await asyncio.to_thread(check, url)
    host = f"[{address}]" if ":" in address else address
    port = f":{parts.port}" if parts.port else ""
    place = f"{parts.scheme}://{host}{port}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")
    async with (
        httpx.AsyncClient(timeout=DEADLINE_S, trust_env=False, follow_redirects=False) as client,
        client.stream(
            "POST", place, content=body, headers={"host": parts.netloc, **headers}, extensions={"sni_hostname": parts.hostname}
        ) as answer,
    ):
        return outcome_of(answer, gone)


def signed(letter: Letter, body: bytes, timestamp: int) -> dict[str, str]:
    """The headers by which the receiver knows us, a repeat, and an old message played again. Two signatures while a secret is changed."""
    return {
        "content-type": "application/json",
        "user-agent": f"pendopo/{__version__}",
        "webhook-id": letter.mark,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, letter.mark, timestamp, body) for secret in letter.secrets),
    }


def outcome_of(answer: httpx.Response, gone: Container[int]) -> Outcome:
    """What the status means."""
    code = answer.status_code
    if answer.is_success:
        return Outcome(Result.SENT, code)
    words = f"HTTP {code} {answer.reason_phrase}".strip()
    if code in gone:
        return Outcome(Result.REFUSED, code, words, gone=True)
    return Outcome(Result.FAILED, code, words, wait_s=retry_after(answer.headers.get("retry-after", "")))
