"""Room `portal`: the public face."""
