"""The verbs of the network."""

from .inventory import Changes, load_inventory
from .states import Proof, advance

__all__ = ["Changes", "Proof", "advance", "load_inventory"]
