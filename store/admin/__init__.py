"""What staff see and do: pages over the services of the folders below."""
