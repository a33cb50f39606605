"""What the features that a pretrained network makes of a dataset tell about its images."""
