"""Recordings -> text. `segments` is what comes out, `pipeline` the whole way; the rest, in order:

`targets` says what is heard and where its text goes, `loading` brings the recogniser; `speech`
finds it, `windows` packs it, `recognition` hears it, `placing` puts the words in their places;
`formats` and `subtitles` write them down, `writing` into one file, `running` into many.
"""
