"""The README's images, and what makes them."""
