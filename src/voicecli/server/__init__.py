"""`voicecli serve`: the same conversation for a browser, a phone and an SDK.

    app         Server (what all requests share: engines, pacer, registry, secrets) and create_app
    security    token, ephemeral keys, Host and Origin: an ASGI middleware before everything
    errors      ApiError and the handlers: OpenAI's shape for all that goes wrong
    sessions    who is admitted, limits, resume, drain
    duplex      NetworkDuplex (a session as a Duplex) and Pacer (the clock of all of them)
    talk        NetworkTalk: duplex + Conversation + RealtimeSession, whatever the transport
    websocket   /v1/realtime over a WebSocket
    webrtc      /v1/realtime/calls: Call, its tracks and its data channel
    plain       the conversation in a handful of messages, pure
    plain_websocket   /ws: samples in, messages and replies out
    plain_calls       /rtc: a call whose signalling and texts go by a WebSocket
    whole_replies     a Speaker that gives each reply away in one piece
    audio/      OpenAI's audio endpoints: transcriptions, translations, speech, models, chat
    bodies      how large and how slow a request may be: an ASGI middleware
    voices      which voices clients may name
    jitter      aiortc's receiver made fit for speech; opus: its encoder
    tls         the certificate of `serve --tls`
    serving     the listening socket, uvicorn, the printed address
    asgi        all of it as an application for a server of others; ray: for Ray Serve
    capacity    how many conversations this machine can hold
    load        how busy the engines are, and what is left out for it
    metrics     /metrics; account: what one session came to, and its line in the log
    work        first_end: several things at once, as long as all go on
    page/       `/` in a browser: its files, and what they have to know of the server
    realtime/   the Realtime API's events, pure

Seams, for what is built upon this:

- A route is an APIRouter in a module of its own, included by `app.create_app`; it finds everything
  in `request.app.state.server` (`Server`). What it raises as ApiError is told in OpenAI's shape.
- A transport opens a session so: `with server.sessions.admitted(kind) as place:` (before it
  accepts: raises ApiError 503), then `async with server.talk(fields, send) as talk:` and, beside
  its own reading and writing, `talk.run(place)`; `talk.session.receive(text)` for a client's event,
  `talk.session.hear(bytes)` for its sound.
- Sound that goes out by other ways than events: `server.talk(fields, send, track=take)`, where
  `take` gets 20 ms at 48 kHz after 20 ms, also in silence.
- A transport tells its place how it ended: `place.ended_by(end)`.
- Another protocol observes `talk.observers`: every event of the conversation
  (conversation/events.py), before the client is told.
- `sessions.drain(grace_s)` is the orderly end; `sessions.why_refused()` the readiness.
- What nobody may see without the token needs nothing: Guard lets nothing else through. What all
  may see is named in `security.OPEN_PATHS`.
"""
