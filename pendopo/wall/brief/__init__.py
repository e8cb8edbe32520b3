"""The daily brief: what a leader must know this morning, as a page, a paper, and a letter at a set time."""
