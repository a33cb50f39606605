"""The parts of the Train page: the recipe being made, its network, its fit, and a run to watch."""
