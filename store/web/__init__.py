"""What every blueprint shares: how a request is let in, read, answered and refused."""
