"""Room `indicators`: sources, indicators, deliveries, observations."""
