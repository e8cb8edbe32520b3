"""Few people are concealed: one rule for every way by which figures leave the house to everyone."""
