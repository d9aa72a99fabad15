"""Makes music and speech with the component of world `machine` (wit/machine.wit).

    python generate.py music "calm ambient piano" [--out FOLDER] [--budget POINTS]
    python generate.py speech "Hello."
    python generate.py resume JOBFILE [--create-again]

Exit codes: 0 done, 2 wrong use, 3 nothing was charged, 6 charged, but no audio yet, 7 unknown
whether it was charged.
"""

import argparse
import json
import os
import re
import secrets
import signal
import sys
from pathlib import Path

from urllib3.exceptions import HTTPError
from wasmtime.component import Variant

from host import Clock, Network, replace
from machine import Rejected, Session, record

EXIT = {"no": 3, "yes": 6, "unknown": 7}  # by what was charged


def keep(job, state, continuation):
    """Makes a checkpoint durable."""
    replace(job, [json.dumps({"state": state, "continuation": continuation}).encode()])
    print(f"[{state}] {job}", flush=True)


def run(session, network, clock, job):
    """Pumps a session to its outcome."""
    while True:
        match session.poll():
            case Variant("checkpoint", checkpoint):
                # Money rule 1: durable before the next poll, because that may be the create request.
                keep(job, checkpoint.state, checkpoint.continuation)
            case Variant("message", message):
                print(message.text, flush=True)
            case Variant("finished", outcome):
                return outcome
            case Variant():  # for logs, or what a message tells as well
                pass
            case int(until):
                clock.wait_until(until)
                session.handle("timeout", None, clock.now())
            case transmit:
                session.handle(*network.exchange(transmit, clock), clock.now())


def finish(outcome, network, job):
    """Saves the audio, and what is needed to go on. Gives the exit code."""
    end, failed = outcome.payload, outcome.tag == "failure"
    if failed and end.continuation:
        keep(job, f"charged: {end.charge}", end.continuation)
    for number, media in enumerate(end.medias, 1):
        kind = media.format if re.fullmatch("[a-z0-9]{1,5}", media.format or "") else "audio"
        path = job.with_name(f"{job.stem}-{number}.{kind}")
        replace(path, network.audio(media.url))
        print(f"Saved: {path}")
    if failed and end.help:
        print(end.help)
    if not (failed and end.continuation):
        job.unlink(missing_ok=True)
    return EXIT[end.charge] if failed else 0


def request(options):
    """What the user asks for. Every field of a record has to be there."""
    return record(
        task=f"text-to-{options.task}",
        prompt=options.what,
        language=options.language,
        budget=options.budget,
        model_id=None,
        version_id=None,
        options=None,
        parameters=[],
        unknown_parameters="refuse",
        on_mismatch="amend",
        habitual=False,
    )


def points(text):
    if not re.fullmatch("[0-9]{1,9}", text):  # a negative number would wrap to a huge budget
        raise ValueError
    return int(text)


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # like any other crash: the job file is there
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["music", "speech", "resume"])
    parser.add_argument("what", metavar="PROMPT|TEXT|JOBFILE")
    parser.add_argument("--out", type=Path, default=Path(), help="where to save the audio")
    parser.add_argument("--budget", type=points, help="the most to spend, in points")
    parser.add_argument("--language", choices=["en", "zh"], default="en")
    parser.add_argument("--create-again", action="store_true", help="may pay a second time")
    parser.add_argument("--clock-rate", type=int, default=1, help="for tests")
    options = parser.parse_args()
    key = os.environ.get("IMA_API_KEY") or parser.error("IMA_API_KEY is not set")
    network = Network(os.environ.get("IMA_BASE_URL", "https://api.imastudio.com"), key)
    clock = Clock(options.clock_rate)
    try:
        if options.task == "resume":
            job = Path(options.what)
            session = Session("restore", json.loads(job.read_bytes())["continuation"])
        else:
            options.out.mkdir(parents=True, exist_ok=True)
            job = options.out / f"{options.task}-{secrets.token_hex(4)}.job"
            session = Session("create", request(options))
        command = "create-again" if options.create_again else "start"
        session.handle("command", command, clock.now())
    except (Rejected, OSError, LookupError, ValueError) as error:
        parser.error(str(error))
    outcome = None
    try:
        outcome = run(session, network, clock, job)
        return finish(outcome, network, job)
    except (HTTPError, OSError) as error:
        print(error, file=sys.stderr)
        if not job.exists():
            return EXIT["no"]
        print(f"`resume {job}` goes on.", file=sys.stderr)
        return EXIT["yes" if outcome else "unknown"]


if __name__ == "__main__":
    sys.exit(main())
