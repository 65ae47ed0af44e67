"""The ledger: what is booked, what Stripe holds and pays out, and whether it all adds up."""
