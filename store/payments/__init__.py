"""Stripe, and what it says: sessions, payments, the inbox of its events, and the ledger."""
