"""The books as staff read them: trial balance, accounts, entries, payouts, and what does not agree with Stripe."""
