"""What the reconciler has put right, as staff see it."""
