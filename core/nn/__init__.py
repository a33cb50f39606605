"""The only code that imports TensorFlow. It runs in processes of its own: the trainer and the prediction worker."""
