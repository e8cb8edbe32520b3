"""Pages of the field sheet and of the registers."""
