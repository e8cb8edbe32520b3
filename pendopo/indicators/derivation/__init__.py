"""Derived indicators: the language of `derived:`, its functions, and the loop that keeps their figures true."""
