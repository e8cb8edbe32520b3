"""How this package says no: one sentence that tells the operator what to do."""


class Refusal(Exception):
    """A request that cannot be fulfilled. The text is for people and ends the command with exit 1."""
