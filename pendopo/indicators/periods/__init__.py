"""Hours and days of every series, kept ready, so that reads over long ranges need not add up every row."""
