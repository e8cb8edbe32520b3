"""Open data: every published indicator as a dataset that people read and machines harvest."""
