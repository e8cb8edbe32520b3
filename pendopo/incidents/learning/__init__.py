"""Learning: what a review found, and the version of a procedure that came of it."""
