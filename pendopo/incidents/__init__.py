"""Room `incidents`: incidents, who is on duty (`roster/`), and calling people out (`callout/`)."""
