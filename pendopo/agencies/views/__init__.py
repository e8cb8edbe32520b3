"""Pages of room `agencies`, one file for each noun."""
