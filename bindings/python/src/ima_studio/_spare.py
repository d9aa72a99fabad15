"""Room that is taken before a create request leaves, for the id of its task (money rule 5).

If the database can't be written when the answer comes, because the disk is full or locked, the id
goes into this file, and the next opening of the journal takes it in.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ._settings import make_private

SIZE = 4096  # one block of most disks, so that writing into it takes no room


class Spares:
    """The files beside a database: one for each key in flight."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, key: str, job: str) -> None:
        make_private(self._folder)
        self._write(key, f"{job}\n\n", os.O_CREAT)

    def keep(self, key: str, job: str, task_id: str) -> None:
        self._write(key, f"{job}\n{task_id}\n", 0)

    def remove(self, key: str) -> None:
        with contextlib.suppress(OSError):
            self._path(key).unlink(missing_ok=True)

    def kept(self) -> Iterator[tuple[str, str, str]]:
        """The key, the job and the task of every record that holds a task."""
        for path in self._folder.glob("*.task"):
            with contextlib.suppress(OSError, ValueError):
                job, task_id, *_ = path.read_text("utf-8").split("\n")
                if task_id:
                    yield path.stem, job, task_id

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.task"

    def _write(self, key: str, text: str, flags: int) -> None:
        handle = os.open(self._path(key), os.O_WRONLY | flags, 0o600)
        with open(handle, "wb") as file:
            file.write(text.encode().ljust(SIZE, b"\n"))
            file.flush()
            os.fsync(file.fileno())
