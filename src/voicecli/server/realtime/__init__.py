"""The Realtime API without a socket: events in, events out.

client_events   what a client may send, checked
fields          the session's fields, and what each means for us
formats         PCM and G.711
items           the conversation's items beside the history
response        a response's events in their order
session         the two together: who speaks, what is told
"""
