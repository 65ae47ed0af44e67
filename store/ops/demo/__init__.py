"""The demo shop: invented artists and shows, real behavior. Nothing here is for sale."""
