"""Warnings for one's own kecamatan: by e-mail, and as a feed."""
