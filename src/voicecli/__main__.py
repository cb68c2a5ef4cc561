"""`python -m voicecli`"""

from voicecli.cli.main import main

main()
