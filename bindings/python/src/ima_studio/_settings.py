"""Where the key, the address and the folders come from: the same variables as the program."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Generator
from pathlib import Path
from typing import NoReturn

import httpx

from .errors import ConfigurationError, RequestError

SERVICE = "https://api.imastudio.com"
KEY_PAGE = "https://www.imaclaw.ai/imaclaw/apikey"


class Key(httpx.Auth):
    """The API key. It prints as ``[redacted]`` and goes nowhere but into its header."""

    def __init__(self, value: str | None) -> None:
        value = (value or os.environ.get("IMA_API_KEY") or "").strip()
        if not value:
            text = "There is no API key: set IMA_API_KEY or pass `api_key`."
            raise ConfigurationError(text, help=KEY_PAGE)
        if not (value.isascii() and value.isprintable()) or " " in value:
            raise ConfigurationError("The API key holds characters that no key has.")
        self.__value = value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["authorization"] = f"Bearer {self.__value}"
        yield request

    def keep_out(self, text: str) -> None:
        """Refuses a text that holds the key: it would be sent, and kept in the journal."""
        if self.__value in text:
            raise RequestError("The request holds the API key. Leave it out.")

    def redact(self, body: bytes) -> bytes:
        """An answer without the key."""
        return body.replace(self.__value.encode(), b"[redacted]")

    def __repr__(self) -> str:
        return "[redacted]"

    def __reduce__(self) -> NoReturn:
        raise TypeError("An API key is not to be copied or stored.")


class Origin:
    """Scheme, host and port of the service. ``http`` is for this machine only."""

    def __init__(self, text: str | None) -> None:
        text = (text or os.environ.get("IMA_BASE_URL") or SERVICE).strip()
        try:
            url = httpx.URL(text)
        except httpx.InvalidURL as error:
            raise ConfigurationError(f"The base URL is not a URL: {error}") from None
        if url.path not in ("", "/") or url.query or url.fragment or url.userinfo or not url.host:
            raise ConfigurationError("A base URL is only scheme, host and port.")
        self.is_loopback = is_loopback(url.host)
        if url.scheme != "https" and not (url.scheme == "http" and self.is_loopback):
            text = "A base URL starts with https://, or with http:// if it is this machine."
            raise ConfigurationError(text)
        self.text = str(url).rstrip("/")
        self.trust_env = url.scheme == "https"
        """Whether the environment's proxies are used: none learns a key that isn't encrypted."""


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def data_folder() -> Path:
    """``IMA_DATA_DIR``, else ``ima`` in ``XDG_DATA_HOME``, else in ``~/.local/share``."""
    return _folder("IMA_DATA_DIR", "XDG_DATA_HOME", ".local/share")


def cache_folder() -> Path:
    """``IMA_CACHE_DIR``, else ``ima`` in ``XDG_CACHE_HOME``, else in ``~/.cache``."""
    return _folder("IMA_CACHE_DIR", "XDG_CACHE_HOME", ".cache")


def _folder(own: str, xdg: str, in_home: str) -> Path:
    if value := os.environ.get(own):
        return Path(value).absolute()
    base = Path(os.environ.get(xdg, ""))
    try:
        return (base if base.is_absolute() else Path.home() / in_home) / "ima"
    except RuntimeError:
        raise ConfigurationError(f"This user has no home folder: set {own}.") from None


def make_private(folder: Path) -> None:
    """Creates a folder, and what is missing above it, for this user only."""
    for path in reversed([folder, *folder.parents]):
        if not path.is_dir():
            path.mkdir(mode=0o700, exist_ok=True)
