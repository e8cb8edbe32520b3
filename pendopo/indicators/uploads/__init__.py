"""Uploads: a file arrives in parts, is looked at, gets a mapping that was proposed and explained, is previewed and then taken."""
