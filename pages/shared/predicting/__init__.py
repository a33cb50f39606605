"""The parts of the Predict page: what is given, what is answered, what follows, and what is done with it."""
