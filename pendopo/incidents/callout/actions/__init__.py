"""Verbs of call-outs: one verb, one transaction, one entry in the book."""

from .calling import advance, answer, start, stop
from .chains import StepSpec, set_chain, set_list
from .replying import answer_by_link, take_reply

__all__ = ["StepSpec", "advance", "answer", "answer_by_link", "set_chain", "set_list", "start", "stop", "take_reply"]
