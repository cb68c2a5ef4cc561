"""From a frame of the microphone to speech that begins, pauses and ends."""
