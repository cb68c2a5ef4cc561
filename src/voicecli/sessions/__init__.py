"""Conversations that are kept: a folder each, with its sound, its events and its transcript.

folders     where they lie, their IDs, and removing them
recording   writing one while the conversation goes on: whatever ends it, what is there can be read
reading     what was said, when, and by whom; the history to go on with
sound       both sides of it, sample by sample
exporting   as text, Markdown, JSON, subtitles and a page
replaying   the recorded user through the program as it is today, and what has changed

The conversation knows nothing of it: what is recorded are its events, and the frames it hears.
"""
