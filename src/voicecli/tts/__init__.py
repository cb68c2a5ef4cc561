"""Text in, speech out: Piper voices, whole or in parts."""
