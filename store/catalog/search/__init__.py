"""Finding products by words: what is indexed of each, how a text is read, and how typos are mended."""
