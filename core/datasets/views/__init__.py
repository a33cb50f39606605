"""Ways to look at a dataset: overview, map, one image in detail, thumbnails."""
