"""What the operator sees while an installation starts: a line for each part, moving on a terminal, plain elsewhere."""

import sys
import time
from dataclasses import dataclass, field
from typing import TextIO

import click


@dataclass
class Progress:
    """Lines on standard output."""

    stream: TextIO = field(default_factory=lambda: sys.stdout)

    def __post_init__(self) -> None:
        self._live = self.stream.isatty()
        self._since: dict[str, float] = {}

    def begins(self, name: str) -> None:
        """A part is being started."""
        self._since.setdefault(name, time.monotonic())
        if self._live:
            self.stream.write(f"\r\x1b[2K… {name}")
            self.stream.flush()

    def ready(self, name: str, about: str = "") -> None:
        """It answers."""
        now = time.monotonic()
        seconds = now - self._since.pop(name, now)
        self.say(" ".join(filter(None, ["✓", name, about, f"ready {seconds:.1f} s"])))

    def failed(self, name: str, why: str) -> None:
        """It did not start, or stopped."""
        self.say(f"✗ {name}: {why}")

    def say(self, line: str) -> None:
        """A line of its own."""
        if self._live:
            self.stream.write("\r\x1b[2K")
        click.echo(line, file=self.stream)
        self.stream.flush()
