"""The pages: each chooses, changes and shows. What is worth testing without a browser is in `core`."""
