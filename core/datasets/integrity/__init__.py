"""Whether a dataset is whole: checksums, verification, repair."""
