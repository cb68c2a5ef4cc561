"""Messages in, text out: any OpenAI-compatible server, or the built-in replies."""
