"""NASTYMIXXSTORE: the merch store of the NASTYMIXX DJ community."""
