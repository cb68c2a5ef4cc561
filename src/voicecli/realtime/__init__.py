"""`voicecli talk --realtime`: a server of OpenAI's Realtime API holds the conversation.

    addresses    which server, and under which URL
    connection   one WebSocket to it, and why there is none
    line         what goes over it, and another one where it breaks
    uplink       the microphone's frames as what is sent
    playing      a reply's sound and words as they come, and how much of them was heard
    calls        functions that the server calls, and what it is told of them
    session      what a server is told of a session, as events have it
    dialogue     RealtimeConversation: whose words are heard, shown and remembered

The microphone, the loudspeaker, echo cancellation, the screen and the history stay ours.
"""
