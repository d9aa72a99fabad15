"""The journal in SQLite: durable, and shared by every process of this user."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from . import _payments
from ._owner import Owner
from ._settings import data_folder, make_private
from ._spare import Spares
from .errors import InUseError, StoreError
from .store import Entry, Job, JobEnd, Reservation, Settlement, Verdict

T = TypeVar("T")

PATIENCE = 10  # seconds that a process waits for others to finish their writing
VERSION = 1
SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    task TEXT, model_name TEXT, state TEXT NOT NULL, task_id TEXT,
    continuation TEXT NOT NULL, key TEXT, owner TEXT, saved INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS jobs_by_task ON jobs (task_id);
{_payments.SCHEMA}
PRAGMA user_version = {VERSION};
COMMIT;
"""
COLUMNS = "id, created_at, updated_at, task, model_name, state, task_id, continuation, saved"
FIND = f"""SELECT {COLUMNS}, owner, key FROM jobs WHERE id = :id OR task_id = :id
    ORDER BY id = :id DESC, updated_at DESC, rowid DESC LIMIT 1"""
PAID = "(task_id IS NOT NULL AND state IN ('waiting', 'finished'))"


class SqliteStore:
    """The journal in a folder: ``python.db`` and what belongs to it.

    The folder is the program's, the file is not: ``IMA_DATA_DIR``, else ``ima`` in
    ``XDG_DATA_HOME``, else in ``~/.local/share``.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self._folder = data_folder() if folder is None else Path(folder).absolute()
        self.path = self._folder / "python.db"
        self._thread = ThreadPoolExecutor(1, "ima-journal")
        self._opened: tuple[sqlite3.Connection, Owner] | None = None
        self._spares = Spares(self._folder / "python-spare")
        self._held: dict[str, str] = {}
        self._in_flight: dict[str, str] = {}  # the job of each key

    async def begin(self, entry: Entry) -> str:
        def begin(database: sqlite3.Connection, owner: Owner) -> str:
            job, mark, now = secrets.token_hex(5), owner.next_mark(), int(time.time())
            database.execute(
                f"INSERT INTO jobs ({COLUMNS}, owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
                (
                    *(job, now, now, entry.task, entry.model_name),
                    *(entry.state, entry.task_id, entry.continuation, mark),
                ),
            )
            self._held[job] = mark
            return job

        return await self._write(begin)

    async def checkpoint(self, job: str, entry: Entry) -> None:
        self._change(
            await self._update(
                "task = coalesce(?, task), model_name = coalesce(?, model_name), state = ?,"
                " task_id = coalesce(?, task_id), continuation = ?",
                (entry.task, entry.model_name, entry.state, entry.task_id, entry.continuation),
                f"id = ? AND (? <> 'creating' OR owner = ? AND NOT {PAID})",
                (job, entry.state, self._held.get(job)),
            )
        )

    async def note_task(self, job: str, task_id: str) -> None:
        known = "id = ? AND state NOT IN ('waiting', 'finished')"
        await self._update("state = 'waiting', task_id = ?", (task_id,), known, (job,))

    async def finish(self, job: str, end: JobEnd) -> None:
        self._change(
            await self._update(
                "state = ?, task_id = coalesce(?, task_id),"
                " continuation = coalesce(?, continuation), owner = nullif(owner, ?)",
                (end.state, end.task_id, end.continuation, self._held.get(job)),
                f"id = ? AND (? IS NOT NULL OR NOT {PAID})",
                (job, end.task_id),
            )
        )
        self._held.pop(job, None)

    async def release(self, job: str, unspent: bool) -> None:
        mark = self._held.pop(job, None)
        over = "state = 'failed', continuation = '', owner = NULL"
        if unspent:
            fresh = "id = ? AND owner = ? AND state = 'creating' AND task_id IS NULL"
            await self._update(over, (), fresh, (job, mark))
        await self._update("owner = NULL", (), "id = ? AND owner = ?", (job, mark))

    async def claim(self, id: str) -> Job | None:
        def claim(database: sqlite3.Connection, owner: Owner) -> Job | None:
            if (row := database.execute(FIND, {"id": id}).fetchone()) is None:
                return None
            *known, holder, key = row
            job = _job(known)
            elsewhere = holder and not owner.is_own(holder) and owner.is_alive(holder)
            if job.id in self._held or elsewhere:
                raise InUseError(f"The job {job.id} is being worked on elsewhere.", job=job.id)
            if job.task_id is None and (task_id := _payments.task_of(database, key)):
                known[6] = task_id
                job = _job(known)
            mark = owner.next_mark()
            database.execute("UPDATE jobs SET owner = ? WHERE id = ?", (mark, job.id))
            self._held[job.id] = mark
            return job

        return await self._write(claim)

    async def get(self, id: str) -> Job | None:
        def get(database: sqlite3.Connection, _: Owner) -> Job | None:
            row = database.execute(FIND, {"id": id}).fetchone()
            return row and _job(row[:-2])

        return await self._write(get)

    async def list(self, limit: int | None = None) -> builtins.list[Job]:
        sql = f"SELECT {COLUMNS} FROM jobs ORDER BY created_at DESC, rowid DESC LIMIT ?"
        rows = await self._write(
            lambda database, _: database.execute(sql, (-1 if limit is None else limit,)).fetchall()
        )
        return [_job(row) for row in rows]

    async def mark_saved(self, job: str) -> None:
        await self._update("saved = 1", (), "id = ?", (job,))

    async def reserve(self, reservation: Reservation) -> Verdict:
        def reserve(database: sqlite3.Connection, owner: Owner) -> Verdict:
            sql = "UPDATE jobs SET key = ? WHERE id = ?"
            database.execute(sql, (reservation.key, reservation.job))
            verdict = _payments.reserve(database, owner, reservation)
            if verdict.word == "granted":
                self._spares.take(reservation.key, reservation.job)
            return verdict

        verdict = await self._write(reserve)
        if verdict.word == "granted":
            self._in_flight[reservation.key] = reservation.job
        return verdict

    async def settle(self, key: str, settlement: Settlement, task_id: str | None = None) -> None:
        job = self._in_flight.pop(key, "")
        try:
            await self._write(
                lambda database, _: _payments.settle(database, key, settlement, task_id)
            )
        except StoreError:
            if settlement == "accepted" and task_id:
                with contextlib.suppress(OSError):  # not even that: the caller is told all the same
                    await self._run(lambda: self._spares.keep(key, job, task_id))
            raise
        await self._run(lambda: self._spares.remove(key))

    async def close(self) -> None:
        def close() -> None:
            if self._opened is not None:
                database, owner = self._opened
                self._opened = None
                database.close()
                owner.close()

        await self._run(close)
        self._thread.shutdown(wait=False)

    def _change(self, rows: int) -> None:
        if rows == 0:
            raise StoreError("The journal already knows of another task or a later state.")

    async def _update(
        self, what: str, values: tuple[object, ...], where: str, by: tuple[object, ...]
    ) -> int:
        sql = f"UPDATE jobs SET updated_at = ?, {what} WHERE {where}"
        given = (int(time.time()), *values, *by)
        return await self._write(lambda database, _: database.execute(sql, given).rowcount)

    async def _write(self, work: Callable[[sqlite3.Connection, Owner], T]) -> T:
        def write() -> T:
            with self._errors():
                if self._opened is None:
                    self._opened = self._open()
                database, owner = self._opened
                database.execute("BEGIN IMMEDIATE")
                try:
                    result = work(database, owner)
                    database.execute("COMMIT")
                    return result
                except BaseException:
                    with contextlib.suppress(sqlite3.Error):
                        database.execute("ROLLBACK")
                    raise

        return await self._run(write)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> tuple[sqlite3.Connection, Owner]:
        make_private(self._folder)
        # SQLite gives the files beside a database the permissions of the database.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        database = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise StoreError(f"The journal {self.path} was written by a later version.")
        _write_ahead(database)
        for pragma in ("synchronous = FULL", "secure_delete = ON"):
            database.execute(f"PRAGMA {pragma}")
        if version < VERSION:
            database.executescript(SCHEMA)
        for key, job, task_id in self._spares.kept():
            with contextlib.suppress(StoreError):  # it knows of another task already
                _payments.settle(database, key, "accepted", task_id)
            sql = "UPDATE jobs SET state = 'waiting', task_id = ? WHERE id = ? AND task_id IS NULL"
            database.execute(sql, (task_id, job))
            self._spares.remove(key)
        return database, Owner(self._folder / "python-owners")

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            text = f"The journal {self.path} can't be used: {error}. Nothing leaves without it."
            raise StoreError(text) from error


def _write_ahead(database: sqlite3.Connection) -> None:
    """Changes the mode. SQLite doesn't wait by itself while others open the same new file."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() >= end:
                raise
            time.sleep(0.01)


def _job(row: builtins.list[Any]) -> Job:
    return Job(*[*row[:-1], bool(row[-1])])
