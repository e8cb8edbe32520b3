"""Pages of notices: one's own addresses and wishes, the log, webhooks."""
