"""A live screen of events from a pipe: `python show.py PIPE`; a Python expression a line."""

import sys
from pathlib import Path

from voicecli.conversation import events
from voicecli.terminal.live import LiveScreen

with LiveScreen(latency=True) as show, Path(sys.argv[1]).open() as pipe:
    for line in pipe:
        show(eval(line, vars(events)))
