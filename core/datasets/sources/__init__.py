"""Where datasets come from: the catalogue, archives, labels, downloads, imports."""
