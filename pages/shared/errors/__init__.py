"""What the Errors page is made of."""
