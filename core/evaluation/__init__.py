"""What a run predicts, how right and how sure it is, and why."""
