"""Pages about figures: sources and keys, indicators, deliveries, uploads."""
