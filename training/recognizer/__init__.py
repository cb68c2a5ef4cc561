"""Trains the recogniser of models/stt-en; training/README.md tells the order of the steps."""
