"""The voice of models/voice-en: what it is trained on, how, and what it is worth.

One command a step, each reading and writing in one working folder:

    text -> teacher -> features -> train -> export -> evaluate

`python -m training.voice WORK` runs them all; `--smoke` does so at a toy size.
"""
