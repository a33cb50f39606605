"""Teaching by example: classes that grow image by image, and what is learned of them at once."""
