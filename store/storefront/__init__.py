"""What everybody may see: the catalogue's pages. Reads only."""
