"""What devices say by syslog: kept for a while, searched, counted, and judged."""
