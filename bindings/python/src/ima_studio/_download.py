"""Saves what was paid for: over https, without the key, whole or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ipaddress
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from ._settings import Origin, is_loopback
from .errors import DownloadError, RequestError
from .types import Clip, File

LIMIT = 200 << 20  # bytes
REDIRECTS = 5
TRIES = 3
TIMEOUT = 60  # seconds without a byte
RETRY_DELAY = 1  # seconds

STARTS = {
    b"RIFF": "wav",
    b"ID3": "mp3",
    b"OggS": "ogg",
    b"fLaC": "flac",
    b"FORM": "aiff",
    b"\x1a\x45\xdf\xa3": "webm",
    b"#!AMR": "amr",
}


@dataclass(frozen=True)
class Target:
    """Where audio goes: a file, or a folder in which it gets a name."""

    path: Path
    overwrite: bool

    def name(self, base: str, number: int, extension: str) -> Path:
        """The path of the clip of this number, from 0."""
        if self.path.is_dir():
            plain = re.sub(r"[^\w.-]+", "-", base).strip(".-")[:60] or "ima"
            return self.path / f"{plain}{f'-{number + 1}' * (number > 0)}.{extension}"
        stem, suffix = self.path.stem, self.path.suffix
        return self.path.with_name(f"{stem}-{number + 1}{suffix}") if number else self.path


class Downloads:
    """The way to the audio. It may be on any host, and the key stays here."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._http = httpx.AsyncClient(
            follow_redirects=False, timeout=TIMEOUT, trust_env=origin.trust_env
        )

    def check(self, path: Path, overwrite: bool) -> Target:
        """Refuses a path that can't be written, before anything is spent."""
        path = path.expanduser().absolute()
        folder = path if path.is_dir() else path.parent
        if not folder.is_dir():
            raise RequestError(f"There is no folder {folder}.")
        if not os.access(folder, os.W_OK):
            raise RequestError(f"The folder {folder} can't be written to.")
        if path.is_file() and not overwrite:
            raise RequestError(f"{path} exists. Choose another name, or pass overwrite=True.")
        return Target(path, overwrite)

    async def save(
        self, clips: Sequence[Clip], target: Target, base: str, job: str | None
    ) -> tuple[File, ...]:
        """Saves every clip. What fails leaves those before it."""
        files = []
        for number, clip in enumerate(clips):
            try:
                files.append(await self._one(clip, target, base, number))
            except (OSError, httpx.HTTPError, httpx.InvalidURL) as error:
                reason = str(error) or type(error).__name__
                text = f"Clip {number + 1} could not be saved: {reason}. It stays paid."
                failed = DownloadError(
                    text, charge="yes", cause="download", job=job, clips=tuple(clips)
                )
                failed.files = tuple(files)
                raise failed from error
        return tuple(files)

    async def _one(self, clip: Clip, target: Target, base: str, number: int) -> File:
        folder = target.path if target.path.is_dir() else target.path.parent
        temporary = folder / f".{secrets.token_hex(8)}.part"
        try:
            for rest in reversed(range(TRIES)):
                try:
                    size, digest, start = await self._fetch(clip.url, temporary)
                    break
                except httpx.TransportError:
                    if rest == 0:
                        raise
                    await asyncio.sleep(RETRY_DELAY)
            path = target.name(base, number, extension(start, clip.format))
            return File(place(temporary, path, target.overwrite), size, digest)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)

    async def _fetch(self, url: str, path: Path) -> tuple[int, str, bytes]:
        """Gives the size, the SHA-256 and the first bytes."""
        for _ in range(REDIRECTS + 1):
            self._judge(url)
            async with self._http.stream("GET", url) as response:
                if response.is_redirect:
                    url = str(response.url.join(response.headers["location"]))
                    continue
                if response.status_code != 200:
                    raise OSError(f"HTTP status {response.status_code}")
                kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                if re.search(r"(html|json|xml)$", kind):
                    raise OSError(f"it is {kind} and no audio")
                size, digest, start = 0, hashlib.sha256(), b""
                with path.open("wb") as file:
                    async for chunk in response.aiter_bytes(1 << 16):
                        size += len(chunk)
                        if size > LIMIT:
                            raise OSError(f"it is larger than {LIMIT} bytes")
                        start = start or chunk[:64]
                        digest.update(chunk)
                        file.write(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"", b"<", b"{", b"["):
                    raise OSError("it is a page or empty, and no audio")
                return size, digest.hexdigest(), start
        raise OSError("there are too many redirects")

    def _judge(self, text: str) -> None:
        """Each address of a download, the first one and those of redirects."""
        url = httpx.URL(text)
        if self._origin.is_loopback and url.scheme in ("http", "https") and is_loopback(url.host):
            return
        with contextlib.suppress(ValueError):
            if not ipaddress.ip_address(url.host).is_global:
                raise OSError(f"the address {url.host} is not a public one")
        if url.scheme != "https" or url.userinfo or is_loopback(url.host):
            raise OSError("the address is not a public one of https")

    async def aclose(self) -> None:
        await self._http.aclose()


def extension(start: bytes, told: str | None) -> str:
    """The format by the first bytes, else as the service words it."""
    for prefix, name in STARTS.items():
        if start.startswith(prefix):
            return name
    if start[4:8] == b"ftyp":
        return "m4a"
    if len(start) > 1 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0:
        return "aac" if start[1] & 0xF6 == 0xF0 else "mp3"
    return told if told and re.fullmatch("[a-z0-9]{1,5}", told) else "audio"


def place(temporary: Path, path: Path, overwrite: bool) -> Path:
    """Gives a whole file its name. A name taken meanwhile gets a number: it was paid for."""
    if overwrite:
        os.replace(temporary, path)
        return path
    number, free = 1, path
    while True:
        try:
            # Fails if the name is taken, on every system; a link needs a file system that has them.
            try:
                os.link(temporary, free)
            except FileExistsError:
                raise
            except OSError:
                free.touch(exist_ok=False)
                os.replace(temporary, free)
            return free
        except FileExistsError:
            number += 1
            free = path.with_name(f"{path.stem}-{number}{path.suffix}")
