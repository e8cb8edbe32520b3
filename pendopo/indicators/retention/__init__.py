"""How long rows are kept: what is older than its indicator says is forgotten, hours and days stay."""
