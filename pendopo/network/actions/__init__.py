"""The verbs of the network."""

from .declaring import declare
from .inventory import Changes, load_inventory
from .outages import Heard, hear
from .states import Proof, advance

__all__ = ["Changes", "Heard", "Proof", "advance", "declare", "hear", "load_inventory"]
