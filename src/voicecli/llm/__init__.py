"""The language model, and the built-in replies that stand in for one.

messages    what is said to a model, what comes back, and what a model is
client      one reply: asked for, read, asked for otherwise
connection  which server and which model answer
search      the servers on this machine; addresses
listing     the models that a server lists
request     how a reply is asked for, and in which other form
events      bytes of an answer -> events
answers     events -> what they tell
reply       what of a reply is new; what became of it
failures    what goes wrong, in words
builtin/    replies without a model, behind the same HTTP
"""
