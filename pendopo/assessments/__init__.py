"""Assessments: one engine for every instrument that measures a government. An instrument is a file, an assessment answers it."""
