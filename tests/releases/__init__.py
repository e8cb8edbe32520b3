"""What every tagged release left behind for its successors: a small backup of its own making, and what it answered."""
