"""The time machine: the moment that a page is asked for, the ticks of what came when, and what changed between two moments and why."""
