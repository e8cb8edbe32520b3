"""Rules on the river: what is known is judged, row by row, as soon as it is committed."""
