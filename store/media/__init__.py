"""Pictures: their sources, their renditions, and where the bytes lie."""
