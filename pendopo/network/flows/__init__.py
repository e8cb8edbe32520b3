"""Who talks most: flow records of an existing collector (nfdump), summed by hour and address."""
