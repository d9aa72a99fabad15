"""Between the records of the contract and the data of the package."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any

from wasmtime.component import Record, Variant

from . import types
from ._machine import Instance, record
from .errors import CAUSES, ImaError, RequestError, ServiceError
from .store import JobEnd, JobState

MUSIC = types.MusicOnly.__annotations__
SPEECH = {"speaker", *types.SpeechOnly.__annotations__} - {"voice"}


def request(task: types.Task, prompt: str, options: Mapping[str, Any]) -> Record:
    """What the user asks for, with every field that the contract has."""
    left = dict(options)
    given = {name: left.pop(name) for name in MUSIC if task == "music" and name in left}
    if task == "speech":
        if "voice" in left:
            given["speaker"] = left.pop("voice")
        given |= {name: left.pop(name) for name in SPEECH if name in left}
    typed = None
    if given and task == "music":
        typed = Variant("music", _filled(MUSIC, given))
    elif given:
        given["context_texts"] = list(given.get("context_texts", ()))
        typed = Variant("speech", _filled(SPEECH, given))
    budget = left.pop("budget", None)
    # A negative number would wrap to a huge budget.
    if budget is not None and not (isinstance(budget, int) and 0 <= budget < 1 << 32):
        raise RequestError("budget: a whole number of points, 0 or more")
    parameters = left.pop("parameters", {})
    made = record(
        task=f"text-to-{task}",
        prompt=prompt,
        model_id=left.pop("model", None),
        version_id=left.pop("version", None),
        options=typed,
        parameters=[
            record(name=name, value=json.dumps(value, ensure_ascii=False))
            for name, value in parameters.items()
        ],
        unknown_parameters=left.pop("unknown_parameters", "refuse"),
        on_mismatch=left.pop("on_mismatch", "amend"),
        habitual=False,
        budget=budget,
        language=left.pop("language", "en"),
    )
    if left:
        raise TypeError(f"{task} takes no option {', '.join(sorted(left))}")
    return made


def _filled(names: Any, given: Mapping[str, Any]) -> Record:
    return record(**{name: given.get(name) for name in names})


def plain(value: Any) -> Any:
    """A value of the contract as JSON has it."""
    if isinstance(value, Record):
        return {name: plain(field) for name, field in sorted(vars(value).items())}
    if isinstance(value, Variant):
        return {value.tag: plain(value.payload)}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def voices(language: types.Language) -> list[types.Voice]:
    """The voices that the service accepts."""
    made = Instance().call("understanding", "voices", language)
    return [
        types.Voice(it.id, it.name, getattr(it, "scene-label"), it.gender, tuple(it.languages))
        for it in made
    ]


def with_voice(asked: Any) -> Any:
    """The request with the id of its voice in place of the name."""
    typed: Any = getattr(asked.options, "payload", None)
    if getattr(typed, "speaker", None):
        typed.speaker = voice_id(typed.speaker)
    return asked


def voice_id(voice: str) -> str:
    """The id of a voice by its name or id."""
    known = voices("en")
    wanted = voice.casefold()
    for it in known:
        if wanted in (it.name.casefold(), it.id.casefold()):
            return it.id
    names = [it.name for it in known]
    near = difflib.get_close_matches(voice, names, 3, 0.5) or names[:3]
    raise RequestError(f"There is no voice {voice!r}. Did you mean {', '.join(near)}?")


def estimate(it: Any) -> types.Estimate:
    return types.Estimate(getattr(it, "min-seconds"), getattr(it, "max-seconds"))


def dropped(it: Any) -> types.Dropped:
    return types.Dropped(it.field, it.given, it.allowed)


def clips(medias: Any) -> tuple[types.Clip, ...]:
    return tuple(types.Clip(it.url, it.duration, it.format) for it in medias)


def quote(it: Any) -> types.Quote:
    return types.Quote(
        model_id=getattr(it, "model-id"),
        model_name=getattr(it, "model-name"),
        points=it.points,
        most_points=getattr(it, "most-points"),
        estimate=estimate(it.estimate),
        phrase=it.phrase,
        body=it.body,
        dropped=tuple(dropped(value) for value in it.dropped),
    )


def model(it: Any) -> types.Model:
    return types.Model(
        model_id=getattr(it, "model-id"),
        version_id=getattr(it, "version-id"),
        name=it.name,
        points_min=getattr(it, "points-min"),
        points_max=getattr(it, "points-max"),
        estimate=estimate(it.estimate),
        engines=tuple(it.engines),
        recommended=it.recommended,
        fields=tuple(
            types.Field(
                *(f.name, f.label, f.kind, f.default, tuple(f.options), f.minimum, f.maximum)
            )
            for f in it.fields
        ),
    )


def audio(it: Any, job: str) -> types.Audio:
    return types.Audio(
        task_id=getattr(it, "task-id"),
        model_id=getattr(it, "model-id"),
        model_name=getattr(it, "model-name"),
        points=it.points,
        elapsed=getattr(it, "elapsed-ms") / 1000,
        clips=clips(it.medias),
        job=job,
    )


def event(tag: str, it: Any) -> types.Event | None:
    """An event for the user; None for those of a later contract."""
    if tag == "message":
        return types.Message(it.kind, it.step, it.language, it.text, tuple(it.media))
    if tag == "started":
        most = getattr(it, "most-points")
        ids = getattr(it, "model-id"), getattr(it, "model-name")
        return types.Started(*ids, it.points, most, estimate(it.estimate))
    if tag == "progress":
        elapsed, estimated = getattr(it, "elapsed-ms"), getattr(it, "estimated-max-ms")
        return types.Progress(it.percent, elapsed / 1000, estimated / 1000)
    if tag == "fault":
        return types.Retry(it.phase, it.status, getattr(it, "retry-ms") / 1000)
    if tag == "attempt":
        return types.Attempt(it.number, it.code, it.text)
    return dropped(it) if tag == "dropped" else None


def job_end(it: Any, cause: str) -> JobEnd:
    """What a failure makes of its job. If nothing was spent, what was asked for is not kept."""
    task_id = getattr(it, "task-id")
    failed = it.charge == "no" or cause == "task-failed"
    state: JobState = "unknown" if it.charge == "unknown" else "failed" if failed else "waiting"
    unspent = it.charge == "no" and task_id is None
    return JobEnd(state, task_id, it.continuation or ("" if unspent else None))


def failure(it: Any, job: str | None) -> ImaError:
    """The error of a generation that ended without all of its audio."""
    cause = it.cause.tag if isinstance(it.cause, Variant) else str(it.cause)
    detail = getattr(it.cause, "payload", None)
    message = it.message
    if cause == "invalid" and detail is not None:
        message = f"{detail.field}: {detail.given!r} is not accepted, but {detail.allowed}."
    elif cause == "unknown-model" and detail:
        message = f"{message} Known are {', '.join(detail)}."
    return CAUSES.get(cause, ServiceError)(
        message,
        charge=it.charge,
        cause=cause,
        help=it.help,
        job=job,
        task_id=getattr(it, "task-id"),
        clips=clips(it.medias),
    )
