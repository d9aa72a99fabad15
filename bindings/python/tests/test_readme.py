"""What the README shows works when it is pasted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Simulator

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("code", BLOCKS, ids=range(len(BLOCKS)))
def test_a_block_of_the_readme_runs(code: str, simulator: Simulator) -> None:
    exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})


def test_the_first_block_makes_two_songs_and_a_greeting(
    simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(BLOCKS[0], "README.md", "exec"), {"__name__": "__main__"})
    assert sorted(path.name for path in Path().glob("*.mp3")) == [
        "hello.mp3",
        "lofi-2.mp3",
        "lofi.mp3",
    ]
    assert "lofi-2.mp3" in capsys.readouterr().out
    assert simulator.charges() == 2
