"""From paid to posted: what was packed, what left in which parcel, and the mail that says so."""
