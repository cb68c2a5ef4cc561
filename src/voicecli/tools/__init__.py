"""Functions that the language model may call (`--tools`), and what keeps them in bounds.

tool         what a tool is, and what it does to the world
box          all tools there are, each under a name of its own
model        a language model whose calls are carried out: asks, runs, asks again, until it speaks
written      calls that a model writes as text, in the formats that are known
confirming   what changes something is asked first: the question, and what counts as yes
results      what a tool returned, as data
clock        the time
calculator   sums
timers       timers and alarms, and how they ring
folder       reading a named folder
servers      MCP servers of the user's
program      one of those that is started here
bell         how a timer rings
use          all of it, for one conversation
"""
