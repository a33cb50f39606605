"""What a trained network answers, in the worker and in jobs."""
