"""What stays of a meeting: who was there, minutes with decisions and tasks, and the official papers as PDF."""
