"""The verbs of assessments: one transaction, one entry in the book of deeds."""

from .answering import open_assessment, open_round, publish_result, sign, write_answer
from .following import add_finding, add_risk, change_risk, close_risk, report_finding, verify_finding
from .passages import new_passage, revoke_passage
from .proving import Proof, add_evidence, add_live, attach, detach, load_instrument, remind, review

__all__ = [
    "Proof",
    "add_evidence",
    "add_finding",
    "add_live",
    "add_risk",
    "attach",
    "change_risk",
    "close_risk",
    "detach",
    "load_instrument",
    "new_passage",
    "open_assessment",
    "open_round",
    "publish_result",
    "remind",
    "report_finding",
    "review",
    "revoke_passage",
    "sign",
    "verify_finding",
    "write_answer",
]
