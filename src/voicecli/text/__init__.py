"""From what a model writes to what a voice says: markdown, sentences, reading aloud."""
