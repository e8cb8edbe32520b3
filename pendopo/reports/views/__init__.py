"""Pages of citizen reports: for everyone, for those who answer, and Open311 for programs."""
