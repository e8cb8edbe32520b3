"""Alerts that other systems send: Prometheus Alertmanager's webhook and plain JSON."""
