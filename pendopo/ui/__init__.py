"""Room `ui`: base templates, stylesheet, template tags."""
