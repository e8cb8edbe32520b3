"""The only door to NATS: every subject, every message and the client. Knows no Django."""
