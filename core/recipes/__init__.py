"""A recipe: everything that decides what a training does."""
