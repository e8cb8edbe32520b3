"""Calling people out: escalation chains, running call-outs, and the answers that come back."""
