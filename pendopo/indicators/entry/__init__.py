"""The form for people without files: some numbers for one region and day, each with its last value beside it and its verdict at once."""
