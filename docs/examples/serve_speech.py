"""Speech by a server that runs (`voicecli serve`), with OpenAI's own package.

python serve_speech.py http://127.0.0.1:8765/v1 hello.mp3
"""

import sys

from openai import OpenAI

client = OpenAI(base_url=sys.argv[1], api_key="the server's token, if it has one")
with client.audio.speech.with_streaming_response.create(
    model="voicecli", voice="alloy", input="What is seven plus twelve?"
) as response:
    response.stream_to_file(sys.argv[2])
with open(sys.argv[2], "rb") as recording:
    heard = client.audio.transcriptions.create(model="whisper-1", file=recording)
sys.stdout.write(f"{heard.text}\n")
