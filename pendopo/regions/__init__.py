"""Room `regions`: administrative regions by official code."""
