"""Recordings -> text. `segments` is what comes out, `pipeline` the whole way; the rest, in order:

`speech` finds it, `windows` packs it, `recognition` hears it, `formats` writes it down, `targets`
says where.
"""
