"""What the client tells, keeps to itself, and takes."""

from __future__ import annotations

import io
import logging
import pickle
import threading
import traceback
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from conftest import KEY, Simulator

import ima_studio
from ima_studio import _machine
from ima_studio._download import Downloads, extension, place
from ima_studio._settings import Origin


def test_the_same_without_asyncio(simulator: Simulator) -> None:
    with ima_studio.SyncClient() as ima:
        quote = ima.quote_speech("Hello.")
        generation = ima.speech("Hello.", budget=quote.most_points)
        events = list(generation)
        assert isinstance(events[-1], ima_studio.Finished)
        song = ima.music("rain").save("rain.wav")
        assert [it.path.name for it in song.files] == ["rain.wav", "rain-2.wav"]
        assert [job.id for job in ima.jobs()] == [song.job, generation.job]
        assert ima.resume(song.job).result().task_id == song.task_id
        assert {"Tim"} <= {voice.name for voice in ima.voices()}
        assert "sonic" in {model.model_id for model in ima.models("music")}
    assert simulator.charges() == 2


def test_cancelled_from_another_thread(still: Simulator) -> None:
    with ima_studio.SyncClient() as ima:
        generation = ima.music("rain")
        with pytest.raises(ima_studio.UnfinishedError) as raised:
            for event in generation:
                if isinstance(event, ima_studio.Checkpoint) and event.state == "waiting":
                    threading.Timer(0.1, generation.cancel).start()
        assert raised.value.charge == "yes"


async def test_the_key_is_nowhere_but_in_its_header(
    simulator: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    simulator.fault("detail", "echo_key")
    async with ima_studio.Client() as ima:
        text = io.StringIO()
        try:
            await ima.speech("Hello.", deadline=30)
        except ima_studio.ImaError as error:
            traceback.print_exception(error, file=text)
        shown = [repr(ima), repr(vars(ima)), text.getvalue(), caplog.text]
        assert not any(KEY in it for it in shown)
        with pytest.raises(TypeError):
            pickle.dumps(ima._key)
        with pytest.raises(ima_studio.RequestError):
            ima.speech(f"My key is {KEY}.")
    kept = [it.read_bytes() for it in (tmp_path / "data").rglob("*") if it.is_file()]
    assert kept
    assert not any(KEY.encode() in it for it in kept)
    headers = [name for it in simulator.requests("create") for name, _ in it["headers"]]
    assert "authorization" in headers
    assert "idempotency-key" not in headers


async def test_the_key_is_not_sent_for_the_audio(simulator: Simulator) -> None:
    async with ima_studio.Client() as ima:
        await ima.speech("Hello.").save("hello.wav")
    (request,) = simulator.requests("audio")
    assert "authorization" not in dict(request["headers"])


def test_without_a_key_it_says_where_there_are_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IMA_API_KEY")
    with pytest.raises(ima_studio.ConfigurationError, match=r"IMA_API_KEY.*https://"):
        ima_studio.Client()


@pytest.mark.parametrize(
    "url",
    [
        "http://api.imastudio.com",
        "http://192.168.0.1",
        "https://a.example/path",
        "https://user@a.example",
        "ftp://localhost",
        "not a url",
    ],
)
def test_an_address_is_an_origin_and_http_is_for_this_machine(url: str) -> None:
    with pytest.raises(ima_studio.ConfigurationError):
        ima_studio.Client(base_url=url)


async def test_what_is_asked_wrongly_is_said_before_anything_is_sent(still: Simulator) -> None:
    async with ima_studio.Client() as ima:
        with pytest.raises(ima_studio.RequestError, match="Did you mean Tim"):
            await ima.speech("Hello.", voice="Timm")
        with pytest.raises(ima_studio.RequestError, match="budget"):
            ima.music("rain", budget=-1)
        with pytest.raises(TypeError, match="colour"):
            ima.music("rain", colour="blue")  # type: ignore[call-arg]
        with pytest.raises(ima_studio.RequestError):
            await ima.music("")
        with pytest.raises(ima_studio.RequestError):
            await ima.music("rain", vocal_gender="loud")  # type: ignore[arg-type]
        with pytest.raises(ima_studio.RequestError, match="no job"):
            await ima.resume("0123456789")
        with pytest.raises(ima_studio.RequestError, match="sonic"):
            await ima.music("rain", model="sonik")
        Path("there.wav").touch()
        with pytest.raises(ima_studio.RequestError, match="exists"):
            await ima.music("rain").save("there.wav")
        with pytest.raises(ima_studio.RequestError, match="no folder"):
            await ima.music("rain").save("missing/there.wav")
    assert not still.requests("create")


async def test_every_option_reaches_the_service(simulator: Simulator) -> None:
    async with ima_studio.Client() as ima:
        music = await ima.quote_music(
            "rain",
            model="sonic",
            lyrics="[verse] drip",
            tags="jazz",
            title="Drip",
            vocal_gender="female",
            parameters={"negative_tags": "metal"},
        )
        assert all(it in music.body for it in ("[verse] drip", "jazz", "Drip", "metal"))
        speech = await ima.quote_speech("Hello.", voice="Tim", rate=20, style="standard")
        assert '"speech_rate":20' in speech.body.replace(" ", "")


async def test_a_bar_shows_the_model_and_the_price(
    simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    async with ima_studio.Client() as ima:
        await ima.speech("Hello.").result(progress=True)
    shown = capsys.readouterr().err
    assert "2 points" in shown
    assert "100%" in shown


async def test_a_notebook_plays_what_was_saved(simulator: Simulator) -> None:
    async with ima_studio.Client() as ima:
        saved = await ima.speech("Hello.").save("hello.wav")
    assert '<audio controls preload="none" src="data:audio/wav;base64,UklGR' in saved._repr_html_()
    bad = ima_studio.Audio("t", "m", "<b>", 1, 1.0, (ima_studio.Clip('javascript:"x'),), "j")
    assert "<b>" not in bad._repr_html_()
    assert "<audio" not in bad._repr_html_()


async def test_saved_in_a_folder_it_is_named_by_its_task(simulator: Simulator) -> None:
    async with ima_studio.Client() as ima:
        song = await ima.music("rain").save(".")
    assert [it.path.name for it in song.files] == [
        f"{song.task_id}.wav",
        f"{song.task_id}-2.wav",
    ]


def test_a_name_that_is_taken_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("mine")
    new = tmp_path / "new"
    new.write_text("paid")
    assert place(new, tmp_path / "a.wav", overwrite=False).name == "a-2.wav"
    assert (tmp_path / "a.wav").read_text() == "mine"
    new.write_text("told")
    assert place(new, tmp_path / "a.wav", overwrite=True).read_text() == "told"


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"RIFF....WAVE", "wav"),
        (b"ID3\4", "mp3"),
        (b"\xff\xfb\x90", "mp3"),
        (b"\xff\xf1\x50", "aac"),
        (b"\0\0\0\x20ftypM4A ", "m4a"),
        (b"\1\2\3", "opus"),
    ],
)
def test_formats_are_known_by_their_first_bytes(start: bytes, name: str) -> None:
    assert extension(start, "opus") == name


@pytest.mark.parametrize(
    "url",
    ["http://cdn.example/a.mp3", "https://127.0.0.1/a", "https://10.0.0.1/a", "file:///etc/passwd"],
)
async def test_audio_comes_over_https_from_public_addresses(url: str, tmp_path: Path) -> None:
    downloads = Downloads(Origin("https://api.imastudio.com"))
    target = downloads.check(tmp_path / "a.mp3", False)
    with pytest.raises(ima_studio.DownloadError, match="public"):
        await downloads.save([ima_studio.Clip(url)], target, "a", "job")
    await downloads.aclose()


class Pages(BaseHTTPRequestHandler):
    """Answers that are no audio, and redirects to it."""

    def do_GET(self) -> None:
        kinds = {"/page": ("text/html", b"<html>"), "/json": ("audio/mpeg", b'{"error": 1}')}
        kind, body = kinds.get(self.path, ("audio/mpeg", b"ID3" + bytes(2000)))
        to = {"/moved": "/song", "/loop": "/loop", "/away": "http://cdn.example/song"}
        self.send_response(302 if self.path in to else 200)
        self.send_header("location", to.get(self.path, ""))
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body) + (self.path == "/cut")))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


async def test_redirects_are_followed_each_judged_like_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ima_studio._download.RETRY_DELAY", 0)
    server = HTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_address[1]}"
    downloads = Downloads(Origin(origin))
    target = downloads.check(tmp_path / "a.mp3", False)
    for path in ("/page", "/json", "/loop", "/away", "/cut"):
        with pytest.raises(ima_studio.DownloadError):
            await downloads.save([ima_studio.Clip(origin + path)], target, "a", "job")
        assert list(tmp_path.iterdir()) == []
    (file,) = await downloads.save([ima_studio.Clip(origin + "/moved")], target, "a", "job")
    assert file.path.read_bytes().startswith(b"ID3")
    assert len(file.sha256) == 64
    await downloads.aclose()
    server.shutdown()
    server.server_close()


def test_the_component_is_compiled_once_and_damaged_code_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMA_CACHE_DIR", str(tmp_path / "cache"))
    for _ in range(2):
        monkeypatch.setattr(_machine, "_ready", None)
        _machine.compiled()
        (code,) = (tmp_path / "cache").iterdir()
        code.write_bytes(b"damaged")
    monkeypatch.setattr(_machine, "_ready", None)
    _machine.compiled()
    assert code.stat().st_size > 1000
