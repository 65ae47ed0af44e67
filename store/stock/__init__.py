"""How many there are, whose they are, and why."""
