"""The verbs of the network."""

from .declaring import declare
from .findings import accept, leave_out, propose
from .inventory import Changes, load_inventory
from .outages import Heard, hear
from .states import Proof, advance

__all__ = ["Changes", "Heard", "Proof", "accept", "advance", "declare", "hear", "leave_out", "load_inventory", "propose"]
