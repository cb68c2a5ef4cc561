"""What the trainings of the recogniser and of the voice share."""
