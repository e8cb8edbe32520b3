"""Warnings of others: feeds that are followed, what came in with its checks, and a person's decision about each."""
