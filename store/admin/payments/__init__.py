"""A payment as staff see it, and what they decide about money that has no order."""
