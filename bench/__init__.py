"""What measures: each command prints its figures, and none is a test."""
