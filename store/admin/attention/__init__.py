"""What waits for a person: the list of matters, and each with what to do about it."""
