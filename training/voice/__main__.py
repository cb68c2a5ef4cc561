"""The whole chain, step by step: `python -m training.voice WORK [--smoke]`.

What a step has made is kept, so a chain that was broken off goes on where it was.
`--smoke` takes few sentences and a tiny network: it shows that all parts fit, not what they can do.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path


def run(step: str, *arguments: object) -> None:
    """Run one step as its own command. Raises subprocess.CalledProcessError where it fails."""
    command = [sys.executable, "-m", f"training.{step}", *map(str, arguments)]
    print("$ python -m", *command[2:], flush=True)
    subprocess.run(command, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path, help="a folder for all that is made; 2 GB")
    parser.add_argument("--smoke", action="store_true", help="the same at a toy size, in a minute")
    arguments = parser.parse_args()
    work, smoke = arguments.work, arguments.smoke
    voice = work / "en_US-voicecli-low.onnx"
    run("voice.text", work, "--sentences", 80 if smoke else 5600)
    run("voice.teacher", work)
    run("voice.features", work)
    run("voice.train", work, *(["--toy", "--steps", 40] if smoke else []))
    run("common.plot", work / "log.jsonl", work / "log.png")
    run("voice.export", work, "--out", voice)
    run("voice.evaluate", voice, *(["--only", "promises", "speed"] if smoke else []))


if __name__ == "__main__":
    main()
