"""The staff page of the history: who did what, with what was there before."""
