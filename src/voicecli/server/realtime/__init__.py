"""The Realtime API without a socket: events in, events out.

client_events   what a client may send, checked
fields          the session's fields, and what each means for us
formats         PCM and G.711
items           the conversation's items, as clients see them
line            the line to the client: what was agreed, and how it is told
record          items and history in step
response        a response's events in their order
responses       those in progress
user_turns      what the user says, as the client is told of it
session         all of it together: what the client asks for, what the conversation tells
seam            what a session asks of the conversation behind it
"""
