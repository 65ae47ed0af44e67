"""Paying back as staff do it: the sum before the click, what was sent, and what is left to say about it."""
