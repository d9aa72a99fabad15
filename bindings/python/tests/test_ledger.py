"""The ledger: one key is one purchase, in every process, and ceilings hold for all of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from conftest import Simulator, script

import ima_studio
from ima_studio import SqliteStore
from ima_studio.store import Entry, JobEnd, Reservation, Settlement

A_KEY = "0" * 32


def asked(points: int = 5, key: str = A_KEY, **more: int | str) -> Reservation:
    return Reservation(key, "job", points, **more)  # type: ignore[arg-type]


async def test_a_repeated_key_brings_the_same_task_for_one_charge(simulator: Simulator) -> None:
    async with ima_studio.Client() as ima:
        first = await ima.speech("Hello.", idempotency_key="order-1")
        second = await ima.speech("Hello.", idempotency_key="order-1")
    assert first.task_id == second.task_id
    assert simulator.charges() == 1


async def test_two_processes_with_one_key_pay_once(simulator: Simulator) -> None:
    simulator.fault("create", {"delay": 300})
    code = """
    try:
        print("task", (await ima.speech("Hello.", idempotency_key="order-1")).task_id)
    except ima_studio.OutcomeUnknownError as error:
        print("unknown", error.job)
    """
    outputs = [process.communicate()[0] for process in [script(code), script(code)]]
    assert simulator.charges() == 1
    assert len(simulator.requests("create")) == 1
    assert any(output.startswith("task") for output in outputs), outputs
    # Whoever came while it was under way finds its task later.
    async with ima_studio.Client() as ima:
        for output in outputs:
            word, it = output.split()
            if word == "unknown":
                await ima.resume(it)
    assert simulator.charges() == 1


async def test_a_key_is_for_one_content(simulator: Simulator) -> None:
    async with ima_studio.Client() as ima:
        await ima.speech("Hello.", idempotency_key="order-1")
        with pytest.raises(ima_studio.BudgetError) as raised:
            await ima.speech("Goodbye.", idempotency_key="order-1")
        assert raised.value.cause == "other-content"
        assert raised.value.charge == "no"
    assert simulator.charges() == 1


async def test_a_key_in_doubt_is_not_sent_again(simulator: Simulator) -> None:
    simulator.fault("create", "reset_after")
    async with ima_studio.Client() as ima:
        for _ in range(2):
            with pytest.raises(ima_studio.OutcomeUnknownError):
                await ima.speech("Hello.", idempotency_key="order-1")
    assert len(simulator.requests("create")) == 1


async def test_a_ceiling_for_one_generation_holds(simulator: Simulator) -> None:
    async with ima_studio.Client(max_points=1) as ima:
        with pytest.raises(ima_studio.BudgetError) as raised:
            await ima.music("rain", model="sonic")
        assert (raised.value.charge, raised.value.cause) == ("no", "over-request")
    assert not simulator.requests("create")


async def test_a_ceiling_for_a_day_counts_what_is_in_doubt(simulator: Simulator) -> None:
    async with ima_studio.Client() as ima:
        points = (await ima.quote_music("rain", model="sonic")).most_points
    simulator.fault("create", "reset_after")
    async with ima_studio.Client(max_points_per_day=2 * points - 1) as ima:
        with pytest.raises(ima_studio.OutcomeUnknownError):
            await ima.music("rain", model="sonic")
        simulator.clear_faults()
        with pytest.raises(ima_studio.BudgetError) as raised:
            await ima.music("rain", model="sonic")
        assert raised.value.cause == "over-day"
    assert len(simulator.requests("create")) == 1


async def test_a_refused_key_is_sent_three_times_in_all(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    for _ in range(3):
        assert (await store.reserve(asked())).word == "granted"
        await store.settle(A_KEY, "not-sent")
        assert (await store.reserve(asked())).word == "granted"
        await store.settle(A_KEY, "refused")
    assert (await store.reserve(asked())).word == "exhausted"
    await store.close()


async def test_an_acceptance_is_never_taken_back(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    await store.reserve(asked())
    await store.settle(A_KEY, "accepted", "task")
    later: list[Settlement] = ["refused", "not-sent", "unknown"]
    for settlement in later:
        await store.settle(A_KEY, settlement)
    verdict = await store.reserve(asked())
    assert (verdict.word, verdict.task_id) == ("accepted", "task")
    with pytest.raises(ima_studio.StoreError):
        await store.settle(A_KEY, "accepted", "another")
    await store.close()


async def test_a_reservation_whose_process_died_is_in_doubt_and_counts(tmp_path: Path) -> None:
    other = SqliteStore(tmp_path)
    await other.reserve(asked())
    store = SqliteStore(tmp_path)
    assert (await store.reserve(asked())).word == "in-flight"
    await other.close()
    assert (await store.reserve(asked())).word == "in-doubt"
    verdict = await store.reserve(asked(key="1" * 32, max_points_per_day=9))
    assert (verdict.word, verdict.spent) == ("over-day", 5)
    await store.close()


async def test_many_at_once_stay_under_the_ceiling_of_the_day(tmp_path: Path) -> None:
    stores = [SqliteStore(tmp_path) for _ in range(3)]
    verdicts = await asyncio.gather(
        *(
            stores[number % 3].reserve(asked(key=f"{number:032x}", max_points_per_day=50))
            for number in range(30)
        )
    )
    assert [it.word for it in verdicts].count("granted") == 10
    for store in stores:
        await store.close()


async def test_a_job_is_held_by_one(tmp_path: Path) -> None:
    first, second = SqliteStore(tmp_path), SqliteStore(tmp_path)
    job = await first.begin(Entry("creating", "continuation"))
    for store in (first, second):
        with pytest.raises(ima_studio.InUseError):
            await store.claim(job)
    await first.note_task(job, "task")
    await first.release(job, True)
    taken = await second.claim("task")
    assert taken is not None
    assert (taken.id, taken.state, taken.continuation) == (job, "waiting", "continuation")
    with pytest.raises(ima_studio.StoreError):
        await second.checkpoint(job, Entry("creating", "another"))
    with pytest.raises(ima_studio.StoreError):
        await second.finish(job, JobEnd("failed"))
    for store in (first, second):
        await store.close()


async def test_a_task_that_the_database_can_not_take_is_kept_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(tmp_path)
    job = await store.begin(Entry("creating", "continuation"))
    await store.reserve(Reservation(A_KEY, job, 5))

    async def full(*_: object) -> None:
        raise ima_studio.StoreError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(store, "_write", full)
        with pytest.raises(ima_studio.StoreError):
            await store.settle(A_KEY, "accepted", "task")
    await store.close()
    store = SqliteStore(tmp_path)
    kept = await store.get(job)
    assert kept is not None
    assert (kept.state, kept.task_id) == ("waiting", "task")
    assert (await store.reserve(asked())).word == "accepted"
    await store.close()


async def test_without_a_journal_nothing_leaves(simulator: Simulator, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in place of the folder")
    async with ima_studio.Client() as ima:
        with pytest.raises(ima_studio.StoreError) as raised:
            await ima.speech("Hello.")
        assert raised.value.charge == "no"
    assert not simulator.requests("create")
