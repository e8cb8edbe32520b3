"""Closed months: history that moved from PostgreSQL to Parquet and is read as before."""
