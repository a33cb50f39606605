"""Answers to photos: the worker and what the server does around it."""
