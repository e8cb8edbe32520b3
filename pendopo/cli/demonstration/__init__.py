"""The demonstration regency: real names and codes, figures from a seeded model that are marked as SIMULASI everywhere."""
