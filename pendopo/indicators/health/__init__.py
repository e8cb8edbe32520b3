"""How well sources keep their word: silence, punctuality by contract, refusals, drift of columns; and who is told of it."""
