"""What a teacher of a served class does: share datasets, see everybody's runs, compare them on held-back images."""
