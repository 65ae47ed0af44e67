"""The outbox: work that must happen once a transaction has committed, and the clockwork of the shop."""
