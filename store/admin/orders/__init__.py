"""Orders as staff see them, pack them and send them off."""
