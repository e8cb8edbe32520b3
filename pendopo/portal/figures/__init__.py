"""The indicators of a digital culture: how much the public face is used, and whether people are content."""
