"""The front page, the pages of kecamatan and villages, and search."""
