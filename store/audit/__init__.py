"""What staff must be able to trust and to see: matters that need a person (the history comes with staff)."""
