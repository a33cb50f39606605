"""What may be wrong with a dataset: duplicates, leaks, odd images, shortcuts."""
