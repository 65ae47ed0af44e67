"""What breaks around the shop, and what must hold all the same."""
