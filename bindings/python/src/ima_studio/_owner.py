"""Whose jobs and reservations these are, and whether that process still runs.

An owner is alive for as long as it holds the lock on a file of its own, which the operating system
lets go of when the process ends, however it ends.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from ._settings import make_private

if sys.platform == "win32":
    import msvcrt

    def lock(handle: int, shared: bool = False) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def lock(handle: int, shared: bool = False) -> None:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


class Owner:
    """This process, as far as one opened store is concerned."""

    def __init__(self, folder: Path) -> None:
        make_private(folder)
        self._folder = folder
        self.name = secrets.token_hex(8)
        self._path = folder / self.name
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        lock(self._handle)
        self._marks = 0

    def next_mark(self) -> str:
        """A mark that no other holder has."""
        self._marks += 1
        return f"{self.name}/{self._marks}"

    def is_own(self, mark: str) -> bool:
        """Whether this name or mark is this owner's."""
        return mark.partition("/")[0] == self.name

    def is_alive(self, mark: str) -> bool:
        """Whether the owner with this name, or with this mark, still runs."""
        if self.is_own(mark):
            return True
        name = mark.partition("/")[0]
        if not name.isalnum():  # a name leads nowhere else
            return False
        path = self._folder / name
        try:
            handle = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return False
        except OSError:
            return True  # what can't be found out is treated with care
        try:
            lock(handle, shared=True)
        except OSError:
            return True
        finally:
            os.close(handle)
        path.unlink(missing_ok=True)
        return False

    def close(self) -> None:
        os.close(self._handle)
        self._path.unlink(missing_ok=True)
