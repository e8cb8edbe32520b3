"""Room `audit`: the book of deeds, which is also the outbox of the bus."""
