"""The table of payments: one row for each create request that a key was granted (money rule 10)."""

from __future__ import annotations

import sqlite3
import time

from ._owner import Owner
from .errors import StoreError
from .store import TRIES, Reservation, Settlement, Verdict

SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    key TEXT NOT NULL, attempt INTEGER NOT NULL, job TEXT, points INTEGER NOT NULL,
    state TEXT NOT NULL, task_id TEXT, owner TEXT, content TEXT, reserved_at INTEGER NOT NULL,
    PRIMARY KEY (key, attempt)
);
CREATE INDEX IF NOT EXISTS payments_by_time ON payments (reserved_at);
"""
IN_FLIGHT = "in-flight"
DAY = 24 * 3600


def reserve(database: sqlite3.Connection, owner: Owner, asked: Reservation) -> Verdict:
    """Decides, and notes what is granted. The transaction holds every other process off."""
    sql = "SELECT state, task_id, owner, content FROM payments WHERE key = ? ORDER BY attempt"
    tries, in_flight, in_doubt = 0, False, False
    for state, task_id, holder, content in database.execute(sql, (asked.key,)).fetchall():
        if asked.content and content and asked.content != content:
            return Verdict("other-content")
        if state == "accepted":
            return Verdict("accepted", task_id)
        tries += state != "not-sent"
        if state == IN_FLIGHT and owner.is_alive(holder or ""):
            in_flight = True
        elif state not in ("refused", "not-sent"):
            in_doubt = True
    if in_flight:
        return Verdict("in-flight")
    if in_doubt:
        return Verdict("in-doubt")
    if tries >= TRIES:
        return Verdict("exhausted")
    if asked.max_points is not None and asked.points > asked.max_points:
        return Verdict("over-request")
    now = int(time.time())
    if asked.max_points_per_day is not None:
        spent = spent_since(database, now - now % DAY)
        if spent + asked.points > asked.max_points_per_day:
            return Verdict("over-day", spent=spent)
    # A request that never left has its row used again.
    database.execute(
        "INSERT OR REPLACE INTO payments (key, attempt, job, points, state, owner, content,"
        f" reserved_at) VALUES (?, ?, ?, ?, '{IN_FLIGHT}', ?, ?, ?)",
        (asked.key, tries + 1, asked.job, asked.points, owner.name, asked.content, now),
    )
    return Verdict("granted")


def spent_since(database: sqlite3.Connection, since: int) -> int:
    """What the requests since then cost at the worst, in points."""
    sql = """SELECT total(points) FROM payments
        WHERE reserved_at >= ? AND state NOT IN ('refused', 'not-sent')"""
    return int(database.execute(sql, (since,)).fetchone()[0])


def settle(
    database: sqlite3.Connection, key: str, settlement: Settlement, task_id: str | None
) -> None:
    """Writes what became of the last request with this key."""
    sql = "SELECT attempt, state, task_id FROM payments WHERE key = ? ORDER BY attempt DESC LIMIT 1"
    attempt, state, known = database.execute(sql, (key,)).fetchone() or (1, None, None)
    if state == "accepted":
        if settlement == "accepted" and task_id != known:
            raise StoreError("The journal already knows of another task of this key.")
        return
    if settlement == "unknown" and state not in (None, IN_FLIGHT):
        return
    if state is None:
        if settlement in ("refused", "not-sent"):
            return
        sql = (
            "INSERT INTO payments (key, attempt, points, state, reserved_at) VALUES (?, 1, 0, ?, ?)"
        )
        database.execute(sql, (key, settlement, int(time.time())))
    sql = "UPDATE payments SET state = ?, task_id = ?, owner = NULL WHERE key = ? AND attempt = ?"
    database.execute(sql, (settlement, task_id, key, attempt))


def task_of(database: sqlite3.Connection, key: str | None) -> str | None:
    """The task that was accepted under a key."""
    sql = "SELECT task_id FROM payments WHERE key = ? AND state = 'accepted'"
    row = database.execute(sql, (key,)).fetchone()
    return row and str(row[0])
