"""Room `wall`: boards and tiles, the wall and the brief."""
