"""Speech in, text out: Whisper."""
