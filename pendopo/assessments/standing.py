"""How a requirement stands: answered, proven, expired, open again. Pure: today is an argument."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

OPEN, UNPROVEN, WAITING, EXPIRED, REOPENED, PROVEN = "open", "unproven", "waiting", "expired", "reopened", "proven"
STANDINGS = (OPEN, UNPROVEN, WAITING, EXPIRED, REOPENED, PROVEN)

# Days before evidence ends when its owner is reminded.
REMIND_DAYS = 30


@dataclass(frozen=True)
class Proof:
    """A piece of evidence as it counts: accepted (True), refused (False) or not reviewed (None); until when it holds; `sufficient` is the
    verdict on a live figure, None for files and links."""

    accepted: bool | None
    since: date | None = None
    until: date | None = None
    sufficient: bool | None = None

    def holds_on(self, today: date) -> bool:
        """Whether the day lies in its effective period."""
        return (self.since is None or self.since <= today) and (self.until is None or today <= self.until)


def standing(answered: bool, proofs: Sequence[Proof], today: date) -> str:
    """One of STANDINGS. A live figure that is no longer enough opens the requirement again, whatever else proves it."""
    told = [proof for proof in proofs if proof.accepted is not False]
    if not answered:
        return OPEN
    if any(proof.sufficient is False for proof in told):
        return REOPENED
    if any((proof.accepted or proof.sufficient) and proof.holds_on(today) for proof in told):
        return PROVEN
    if any(proof.accepted is None and proof.sufficient is None and proof.holds_on(today) for proof in told):
        return WAITING
    return EXPIRED if told else UNPROVEN
