"""Repair from Stripe's own lists: what no webhook has told us, and where our books and Stripe's differ."""
