"""`voicecli bench`: how fast this machine is, by the program's own parts.

room      a sound card without hardware: real time, and a recording of both sides
server    a language model on loopback that answers after a set time, at a set speed
start     how long the program takes to start
measure   the metrics
advice    what follows from them
"""
