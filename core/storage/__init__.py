"""What lies on disk and how it is kept: the data home, jobs, processes, checksums, what a user saves."""
