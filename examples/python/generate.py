"""Makes a song or a spoken text with the package `ima-studio`.

pip install "ima-studio[progress]"
export IMA_API_KEY=…
python generate.py music "calm ambient piano" --budget 30 --out piano.mp3
python generate.py speech "Hello." --voice Tim --out hello.mp3
python generate.py resume JOB --out piano.mp3
"""

import argparse
import asyncio
import sys

import ima_studio


async def main(options: argparse.Namespace) -> None:
    async with ima_studio.Client(max_points_per_day=500) as ima:
        if options.task == "resume":
            generation = ima.resume(options.what)
        elif options.task == "music":
            generation = ima.music(options.what, budget=options.budget)
        else:
            voice = {"voice": options.voice} if options.voice else {}
            generation = ima.speech(options.what, budget=options.budget, **voice)
        song = await generation.save(options.out, progress=sys.stderr.isatty())
    for file in song.files:
        print(f"{file.path} ({file.size} bytes, {song.points} points)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["music", "speech", "resume"])
    parser.add_argument("what", metavar="PROMPT|TEXT|JOB")
    parser.add_argument("--out", required=True, help="the file or the folder to save in")
    parser.add_argument("--budget", type=int, default=50, help="the most to spend, in points")
    parser.add_argument("--voice", help="for speech: a name such as Tim")
    try:
        asyncio.run(main(parser.parse_args()))
    except ima_studio.ImaError as error:
        hint = f" `resume {error.job}` goes on." if error.job else ""
        sys.exit(f"{error}\nCharged: {error.charge}.{hint}")
