"""A stand-in for Stripe, in a process of its own: API, hosted payment page, signed webhooks.

It imports nothing from the rest of the shop and nothing imports it; the shop meets it over HTTP
only, as it meets Stripe. No money moves here.
"""
