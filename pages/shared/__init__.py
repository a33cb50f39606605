"""What pages share: the frame around them, their common controls, and components."""
