#!/bin/sh
# Speech, and its transcription, by a server that runs (`voicecli serve`).
#
#     sh serve_curl.sh http://127.0.0.1:8765
set -e
curl -sf "$1/v1/audio/speech" -H "Authorization: Bearer $VOICECLI_SERVE_TOKEN" \
  -H "Content-Type: application/json" -o hello.mp3 \
  -d '{"model": "voicecli", "voice": "alloy", "input": "What is seven plus twelve?"}'
curl -sf "$1/v1/audio/transcriptions" -H "Authorization: Bearer $VOICECLI_SERVE_TOKEN" \
  -F file=@hello.mp3 -F model=whisper-1 -F response_format=text
