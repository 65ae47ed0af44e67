"""What staff must be able to trust and to see: matters that need a person, and the history of what was done."""
