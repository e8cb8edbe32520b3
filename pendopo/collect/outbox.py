"""What waits to be sent, in order. Pure."""

import uuid
from collections import deque
from typing import Generic, TypeVar

Row = TypeVar("Row")


class Outbox(Generic[Row]):
    """Rows in the order in which they came. Above `most` the oldest that is not being sent goes, and is counted in `dropped`.

    A part that is being sent stays as it is, under one name, until it is safe: sent twice it is known for the same.
    """

    def __init__(self, most: int, in_a_message: int) -> None:
        self.most, self.in_a_message = most, in_a_message
        self.waiting: deque[Row] = deque()
        self.part: list[Row] = []
        self.dropped = 0
        self._run, self._number = uuid.uuid4().hex, 0

    def put(self, row: Row) -> None:
        """One more waits."""
        self.waiting.append(row)
        if len(self.waiting) > self.most:
            self.waiting.popleft()
            self.dropped += 1

    def next(self) -> list[Row]:
        """The part to send now: the one before until it is safe, else the oldest that wait."""
        if not self.part and self.waiting:
            self.part = [self.waiting.popleft() for _ in range(min(self.in_a_message, len(self.waiting)))]
            self._number += 1
        return self.part

    @property
    def name(self) -> str:
        """What the present part is called."""
        return f"{self._run}-{self._number}"

    def safe(self) -> None:
        """The present part has arrived."""
        self.part = []
