"""Would a conversation work here, and how well? One check a function, one verdict a line.

    findings   what a check says
    sound      PortAudio, devices, noise, echo, round trip
    speech     recogniser and voice: how fast they are here, and which Whisper size fits
    server     the language model and its time to the first token
    machine    Python, disk, network, licences

Nothing here prints: `voicecli.cli.doctor` does. And nothing is imported here: `--version` asks this
room for versions, and must load no engine.
"""
