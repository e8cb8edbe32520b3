"""Intake: the log of calls, radio and messages, and what people in the field send from their phones."""
