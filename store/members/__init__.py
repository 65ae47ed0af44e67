"""Accounts: who somebody is, how they prove it, and which roles they have in the shop."""
