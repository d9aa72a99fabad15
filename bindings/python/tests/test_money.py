"""What is paid is paid once, and what was paid is not lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from conftest import KEY, Simulator, killed_with_a_task, script

import ima_studio
from ima_studio._machine import Pump
from ima_studio.store import Entry

LOST_ANSWER = "reset_after"
SLOW_ANSWER = {"drip": {"bytes_per_second": 1}}


async def test_music_brings_two_clips_for_one_charge(simulator: Simulator) -> None:
    async with ima_studio.Client() as ima:
        events = [event async for event in ima.music("upbeat lo-fi", budget=30)]
        names = [type(event).__name__ for event in events]
        assert names[-1] == "Finished"
        assert names.index("Started") < names.index("Checkpoint")
        assert "Progress" in names
        (job,) = await ima.jobs()
        assert job.state == "finished"
    assert simulator.charges() == 1


async def test_speech_is_saved_with_the_voice_that_was_asked_for(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with ima_studio.Client() as ima:
        song = await ima.speech("Hello.", voice="Tim").save("hello.mp3")
        (job,) = await ima.jobs()
        assert job.saved
        assert not job.is_open
    (file,) = song.files
    assert file.path == tmp_path / "hello.mp3"
    assert file.path.read_bytes().startswith(b"RIFF")
    assert "en_male_tim_uranus_bigtts" in simulator.requests("create")[0]["body"]
    assert [it.name for it in tmp_path.iterdir() if it.name.endswith(".part")] == []


async def test_killed_with_a_task_it_goes_on_with_that_task(still: Simulator) -> None:
    job = killed_with_a_task("ima.music('rain')")
    still.tell("advance", seconds=200)
    async with ima_studio.Client() as ima:
        song = await ima.resume(job).save("rain.wav")
    assert [it.path.name for it in song.files] == ["rain.wav", "rain-2.wav"]
    assert still.charges() == 1


async def test_killed_between_charge_and_answer_it_never_creates_again_by_itself(
    still: Simulator,
) -> None:
    still.timeline("seed-tts-2.0", total_seconds=0)
    still.fault("create", SLOW_ANSWER)
    process = script("""
    async for event in ima.speech("Hello."):
        if isinstance(event, ima_studio.Checkpoint):
            print(event.job, flush=True)
    """)
    assert process.stdout is not None
    job = process.stdout.readline().strip()
    while still.charges() == 0:
        assert process.poll() is None
        await asyncio.sleep(0.01)
    process.kill()
    process.communicate()
    still.clear_faults()
    async with ima_studio.Client() as ima:
        for _ in range(2):
            with pytest.raises(ima_studio.OutcomeUnknownError) as raised:
                await ima.resume(job)
            assert raised.value.charge == "unknown"
            assert raised.value.job == job
            assert still.charges() == 1
        await ima.resume(job, create_again=True).save("hello.wav")
    assert still.charges() == 2


async def test_a_lost_answer_is_an_unknown_outcome_and_never_a_second_request(
    simulator: Simulator,
) -> None:
    simulator.fault("create", LOST_ANSWER)
    async with ima_studio.Client() as ima:
        with pytest.raises(ima_studio.OutcomeUnknownError) as raised:
            await ima.music("rain")
        assert raised.value.charge == "unknown"
        (job,) = await ima.jobs()
        assert job.state == "unknown"
    assert len(simulator.requests("create")) == 1


async def test_without_a_connection_nothing_is_spent(simulator: Simulator) -> None:
    async with ima_studio.Client(base_url=simulator.vanishing()) as ima:
        with pytest.raises(ima_studio.ServiceError) as raised:
            await ima.speech("Hello.")
        assert raised.value.charge == "no"
        (job,) = await ima.jobs()
        assert (job.state, job.continuation) == ("failed", "")
    assert simulator.charges() == 0


async def test_a_redirect_is_not_followed_so_the_key_does_not_travel(
    simulator: Simulator,
) -> None:
    simulator.fault("product_list", {"redirect": f"{simulator.origin}/elsewhere"})
    async with ima_studio.Client() as ima:
        with pytest.raises(ima_studio.ServiceError) as raised:
            await ima.speech("Hello.")
        assert raised.value.charge == "no"
    assert simulator.requests("product_list")
    assert not simulator.requests("other")


async def test_the_ready_one_of_two_clips_is_saved_and_the_error_names_it(
    simulator: Simulator,
) -> None:
    simulator.timeline("sonic", media_seconds=[5], media_outcomes=["success", "never"])
    async with ima_studio.Client() as ima:
        with pytest.raises(ima_studio.UnfinishedError) as raised:
            await ima.music("rain").save("rain.wav")
    error = raised.value
    assert (error.charge, error.cause) == ("yes", "deadline")
    assert [it.path.name for it in error.files] == ["rain.wav"]
    assert error.job


async def test_cancelled_while_waiting_it_ends_and_can_be_resumed_for_nothing(
    still: Simulator,
) -> None:
    async with ima_studio.Client() as ima:
        generation = ima.music("rain")
        with pytest.raises(ima_studio.UnfinishedError) as raised:
            async for event in generation:
                if isinstance(event, ima_studio.Checkpoint) and event.state == "waiting":
                    generation.cancel()
        assert (raised.value.charge, raised.value.cause) == ("yes", "cancelled")
        still.tell("advance", seconds=200)
        assert raised.value.job
        assert len((await ima.resume(raised.value.job)).clips) == 2
    assert still.charges() == 1


async def test_cancelled_before_the_create_request_nothing_is_spent(still: Simulator) -> None:
    async with ima_studio.Client() as ima:
        generation = ima.music("rain")
        with pytest.raises(ima_studio.UnfinishedError) as raised:
            async for event in generation:
                if isinstance(event, ima_studio.Checkpoint):
                    generation.cancel()
        assert raised.value.charge == "no"
    assert not still.requests("create")


async def test_a_task_cancelled_while_the_create_request_is_out_is_in_the_journal(
    still: Simulator,
) -> None:
    still.fault("create", {"delay": 300})
    async with ima_studio.Client() as ima:
        waiting = asyncio.ensure_future(ima.music("rain").result())
        while not still.requests("create"):
            await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    still.tell("advance", seconds=200)
    async with ima_studio.Client() as ima:
        (job,) = await ima.jobs()
        assert job.state == "waiting"
        assert job.task_id
        assert len((await ima.resume(job.task_id)).clips) == 2
    assert still.charges() == 1


async def test_whoever_stops_at_the_checkpoint_spends_nothing(still: Simulator) -> None:
    async with ima_studio.Client() as ima:
        async for event in ima.music("rain"):
            if isinstance(event, ima_studio.Checkpoint):
                break
    async with ima_studio.Client() as ima:
        (job,) = await ima.jobs()
        assert (job.state, job.continuation) == ("failed", "")
    assert not still.requests("create")


async def test_broken_off_and_taken_up_by_the_same_client(still: Simulator) -> None:
    async with ima_studio.Client() as ima:
        generation = ima.music("rain")
        async for event in generation:
            if isinstance(event, ima_studio.Checkpoint) and event.state == "waiting":
                break
        still.tell("advance", seconds=200)
        assert generation.job
        assert len((await ima.resume(generation.job)).clips) == 2
    assert still.charges() == 1


async def test_a_wrong_key_is_said_and_costs_nothing(simulator: Simulator) -> None:
    async with ima_studio.Client(api_key="ima_wrong_key") as ima:
        with pytest.raises(ima_studio.AccountError) as raised:
            await ima.speech("Hello.")
    error = raised.value
    assert (error.charge, error.cause) == ("no", "unauthorized")
    assert error.help
    assert error.help.startswith("https://")


async def test_a_price_above_the_budget_is_not_paid(simulator: Simulator) -> None:
    async with ima_studio.Client() as ima:
        with pytest.raises(ima_studio.BudgetError) as raised:
            await ima.music("rain", model="sonic", budget=1)
        assert raised.value.charge == "no"
    assert not simulator.requests("create")


async def test_a_quote_never_spends_and_tells_the_price_that_is_paid(
    simulator: Simulator,
) -> None:
    async with ima_studio.Client() as ima:
        quote = await ima.quote_music("upbeat lo-fi", model="sonic")
        assert not simulator.requests("create")
        audio = await ima.music("upbeat lo-fi", model="sonic", budget=quote.most_points)
        assert audio.points == quote.points
        assert quote.model_id == audio.model_id == "sonic"
        assert KEY not in quote.body


async def test_a_clip_that_can_not_be_fetched_stays_paid_and_can_be_saved_later(
    simulator: Simulator,
) -> None:
    simulator.fault("audio", {"status": {"code": 404}})
    async with ima_studio.Client() as ima:
        with pytest.raises(ima_studio.DownloadError) as raised:
            await ima.speech("Hello.").save("hello.wav")
        assert raised.value.charge == "yes"
        simulator.clear_faults()
        assert raised.value.job
        await ima.resume(raised.value.job).save("hello.wav")
    assert Path("hello.wav").exists()
    assert simulator.charges() == 1


async def test_a_refused_request_is_amended_under_the_same_key_and_paid_once(
    simulator: Simulator,
) -> None:
    mismatch = {"envelope": {"code": 6009, "message": "No exact rule match found"}}
    simulator.tell("faults", endpoint="create", nth={"number": 1}, fault=mismatch)
    async with ima_studio.Client() as ima:
        events = [event async for event in ima.music("rain", idempotency_key="order-1")]
        assert next(it.code for it in events if isinstance(it, ima_studio.Attempt)) == 6009
        again = await ima.music("rain", idempotency_key="order-1")
    assert isinstance(events[-1], ima_studio.Finished)
    assert events[-1].audio.task_id == again.task_id
    assert len(simulator.requests("create")) == 2
    assert simulator.charges() == 1


async def test_a_refusal_is_no_charge_and_counts_for_no_ceiling(simulator: Simulator) -> None:
    async with ima_studio.Client() as ima:
        points = (await ima.quote_music("rain")).most_points
    poor = {"envelope": {"code": 4008, "message": "Insufficient points"}}
    simulator.tell("faults", endpoint="create", nth={"number": 1}, fault=poor)
    async with ima_studio.Client(max_points_per_day=points) as ima:
        with pytest.raises(ima_studio.AccountError) as raised:
            await ima.music("rain")
        assert (raised.value.charge, raised.value.job) == ("no", None)
        assert (await ima.music("rain")).points <= points
    assert simulator.charges() == 1


@pytest.mark.parametrize(
    "fault",
    [
        "cut_body",
        "malformed",
        {"status_after": {"code": 502, "body": "<html>bad gateway</html>"}},
        {"oversized": 10 << 20},
    ],
)
async def test_what_can_not_be_read_after_the_charge_is_a_doubt(
    fault: object, simulator: Simulator
) -> None:
    simulator.fault("create", fault)
    async with ima_studio.Client() as ima:
        with pytest.raises(ima_studio.OutcomeUnknownError) as raised:
            await ima.speech("Hello.")
        assert raised.value.charge == "unknown"
        with pytest.raises(ima_studio.OutcomeUnknownError):
            await ima.resume(raised.value.job or "")
    assert len(simulator.requests("create")) == 1


async def test_no_fault_of_polling_loses_the_song(simulator: Simulator) -> None:
    for number, fault in enumerate(["reset_before", "cut_body", "malformed"], 1):
        simulator.tell("faults", endpoint="detail", nth={"number": number}, fault=fault)
    async with ima_studio.Client() as ima:
        events = [event async for event in ima.speech("Hello.")]
    assert isinstance(events[-1], ima_studio.Finished)
    assert any(isinstance(event, ima_studio.Retry) for event in events)


async def test_a_task_whose_component_breaks_down_over_the_answer_is_journalled_and_resumed(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = Pump.handle

    def broken(pump: Pump, tag: str, value: Any, now: int) -> None:
        if tag == "response" and simulator.charges():
            raise RuntimeError("a trap")
        handle(pump, tag, value, now)

    async with ima_studio.Client() as ima:
        with monkeypatch.context() as patch:
            patch.setattr(Pump, "handle", broken)
            with pytest.raises(ima_studio.UnfinishedError) as raised:
                await ima.speech("Hello.")
        error = raised.value
        assert error.charge == "yes"
        assert error.task_id
        assert error.job
        assert (await ima.resume(error.job)).task_id == error.task_id
    assert simulator.charges() == 1


async def test_a_paid_task_that_can_not_be_journalled_yet_is_delivered_all_the_same(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(ima_studio.SqliteStore):
        async def checkpoint(self, job: str, entry: Entry) -> None:
            monkeypatch.setattr(Full, "checkpoint", ima_studio.SqliteStore.checkpoint)
            raise ima_studio.StoreError("The disk is full.")

    async with ima_studio.Client(store=Full()) as ima:
        audio = await ima.speech("Hello.")
        (job,) = await ima.jobs()
        assert (job.state, job.task_id) == ("finished", audio.task_id)
    assert simulator.charges() == 1
