"""Replies without a language model, behind the same protocol as a server's."""
