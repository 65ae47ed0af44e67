"""Who runs the shop, and with which roles."""
