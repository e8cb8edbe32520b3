"""Alerts: rules on figures, and when they fire."""
