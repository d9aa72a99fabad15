"""The package `ima-studio`, with its own HTTP: one generation, and its end by the exit code.

    python package.py music|speech PROMPT --clock-rate N --out FOLDER

Exit codes: 0 done, 3 nothing was charged, 6 charged, but no audio yet, 7 unknown whether it was
charged.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import ima_studio
from ima_studio._network import Clock

EXIT = {"no": 3, "yes": 6, "unknown": 7}


async def main(options: argparse.Namespace) -> int:
    ima_studio._client.Clock = lambda: Clock(options.clock_rate)
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as journal:
        store = ima_studio.SqliteStore(journal)
        async with ima_studio.Client(store=store) as ima:
            make = ima.music if options.task == "music" else ima.speech
            try:
                await make(options.prompt).save(options.out, overwrite=True)
            except ima_studio.ImaError as error:
                print(f"[charged: {error.charge}] {error}")
                return EXIT[error.charge]
    return 0


parser = argparse.ArgumentParser()
parser.add_argument("task")
parser.add_argument("prompt")
parser.add_argument("--clock-rate", type=int)
parser.add_argument("--out", type=Path)
sys.exit(asyncio.run(main(parser.parse_args())))
