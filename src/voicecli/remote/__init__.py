"""Servers elsewhere: one way to reach, to ask and to blame whatever speaks OpenAI's protocol."""
