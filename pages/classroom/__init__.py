"""Classroom: what a teacher of a served class sees and does."""
