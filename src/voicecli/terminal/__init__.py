"""What a person sees and types: the live screen, the level meter, keys."""
