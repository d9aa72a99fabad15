"""What is asked for, what happens, and what comes of it: the data of the package."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

Task = Literal["music", "speech"]
Language = Literal["en", "zh"]
Charge = Literal["no", "yes", "unknown"]
"""Whether points were charged. ``unknown``: the create request left, and its answer never came."""

PLAYABLE = 10 << 20  # bytes of a file that a notebook takes in


class CommonOptions(TypedDict, total=False):
    """What every generation may be asked with. What is left out has the service's default."""

    model: str
    """The model by its id or its name; without it the recommended one."""
    version: str
    """One version of the model; without it the newest."""
    budget: int
    """The most to spend, in points. A higher price ends the generation before it spends."""
    parameters: Mapping[str, object]
    """Parameters of the model beside the options, as the service names them."""
    unknown_parameters: Literal["refuse", "drop"]
    """What to do with a parameter that the model doesn't know. Default: refuse."""
    on_mismatch: Literal["amend", "stop"]
    """What to do if the service refuses the parameters. Default: amend, three requests in all."""
    language: Language
    """The language of messages and model names. Default: English."""


class RunOptions(TypedDict, total=False):
    """How a generation is carried out. A quote has no use for these."""

    deadline: float
    """Seconds to wait for the audio. Default 480 for music, 300 for speech. The task goes on."""
    idempotency_key: str
    """Any text. However often and wherever it is repeated with this key, it is paid for once."""


class MusicOnly(TypedDict, total=False):
    """Options of Suno."""

    lyrics: str
    auto_lyrics: bool
    instrumental: bool
    tags: str
    negative_tags: str
    vocal_gender: Literal["female", "male"]
    title: str
    description: str
    custom_mode: bool
    engine: str


class SpeechOnly(TypedDict, total=False):
    """Options of seed-tts-2.0."""

    voice: str
    """A name or an id of ``voices()``."""
    emotion: str
    rate: int
    """From -50 to 100; 0 is normal."""
    volume: int
    """From -50 to 100; 0 is normal."""
    style: Literal["expressive", "standard"]
    ssml: str
    explicit_language: str
    context_texts: Sequence[str]


class MusicQuoteOptions(CommonOptions, MusicOnly, total=False):
    """What a quote of music takes."""


class SpeechQuoteOptions(CommonOptions, SpeechOnly, total=False):
    """What a quote of speech takes."""


class MusicOptions(MusicQuoteOptions, RunOptions, total=False):
    """What ``music()`` takes."""


class SpeechOptions(SpeechQuoteOptions, RunOptions, total=False):
    """What ``speech()`` takes."""


@dataclass(frozen=True)
class Estimate:
    """How long a model usually takes, in seconds."""

    min_seconds: int
    max_seconds: int


@dataclass(frozen=True)
class Dropped:
    """A parameter that the model doesn't know, and that was left out."""

    field: str
    given: str
    allowed: str


@dataclass(frozen=True)
class Quote:
    """What would be sent and what it would cost, in points."""

    model_id: str
    model_name: str
    points: int
    most_points: int
    """At the most: the service may count the price for each output."""
    estimate: Estimate
    phrase: str
    """The price in words."""
    body: str
    """The body of the create request, as JSON. It holds no key."""
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True)
class Field:
    """A parameter that a model accepts. Its values are JSON."""

    name: str
    label: str
    kind: str
    default: str | None
    options: tuple[str, ...]
    minimum: int | None
    maximum: int | None


@dataclass(frozen=True)
class Model:
    """A model that can be asked for. Prices are points."""

    model_id: str
    version_id: str
    name: str
    points_min: int | None
    points_max: int | None
    estimate: Estimate
    engines: tuple[str, ...]
    recommended: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Voice:
    """A voice that the service accepts."""

    id: str
    name: str
    scene: str
    gender: Literal["female", "male"]
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Clip:
    """One produced audio, where the service keeps it."""

    url: str
    duration: str | None = None
    format: str | None = None


@dataclass(frozen=True)
class File:
    """A clip that was saved."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True)
class Audio:
    """A finished generation. A notebook plays it."""

    task_id: str
    model_id: str
    model_name: str
    points: int
    elapsed: float
    """Seconds since the create request."""
    clips: tuple[Clip, ...]
    job: str
    """Its id in the journal."""
    files: tuple[File, ...] = ()
    """What was saved, in the order of the clips."""

    def _repr_html_(self) -> str:
        sources = [playable(file) for file in self.files] or [clip.url for clip in self.clips]
        name = html.escape(self.model_name)
        shown = [f"<div>{name}, {self.points} points</div>"]
        for source in sources:
            source = html.escape(source, quote=True)
            if source.startswith(("https://", "http://", "data:")):
                shown.append(f'<audio controls preload="none" src="{source}"></audio>')
            else:
                shown.append(f"<div>{source}</div>")
        return "\n".join(shown)


def playable(file: File) -> str:
    """A file as an address that holds it; its path if it is large or gone."""
    kinds = {".mp3": "mpeg", ".wav": "wav", ".ogg": "ogg", ".flac": "flac", ".m4a": "mp4"}
    try:
        if file.size <= PLAYABLE:
            content = base64.b64encode(file.path.read_bytes()).decode()
            return f"data:audio/{kinds.get(file.path.suffix.lower(), 'mpeg')};base64,{content}"
    except OSError:
        pass
    return str(file.path)


@dataclass(frozen=True)
class Checkpoint:
    """The journal holds this state. After ``creating`` the create request leaves."""

    job: str
    state: Literal["creating", "waiting"]
    task_id: str | None


@dataclass(frozen=True)
class Message:
    """A text for the user."""

    kind: Literal["reply", "push"]
    step: int
    """0 acknowledgement, 1 start, 2 progress, 3 success, 4 failure."""
    language: Language
    text: str
    media: tuple[str, ...]


@dataclass(frozen=True)
class Started:
    """The price is known, and the create request comes next."""

    model_id: str
    model_name: str
    points: int
    most_points: int
    estimate: Estimate


@dataclass(frozen=True)
class Progress:
    """The waiting goes on. Times are seconds."""

    percent: int
    elapsed: float
    estimated: float


@dataclass(frozen=True)
class Retry:
    """An exchange failed and is tried again. For logs."""

    phase: Literal["listing", "creating", "waiting"]
    status: int | None
    delay: float


@dataclass(frozen=True)
class Attempt:
    """A create request was answered, where the first was refused. For logs."""

    number: int
    code: int | None
    text: str


@dataclass(frozen=True)
class Finished:
    """The last event of a success."""

    audio: Audio


Event = Checkpoint | Message | Started | Progress | Retry | Attempt | Dropped | Finished
