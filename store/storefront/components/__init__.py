"""Every part the pages are made of, in every state, on one page for whoever works on them."""
