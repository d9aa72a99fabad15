"""An agent's day with the official Python SDK, unmodified: `client.py PROGRAM ORIGIN legacy|modern`.

With version 1 of the SDK there is only `legacy`. Ends with 0 if all is as it should be.
"""

import asyncio
import os
import sys
import tempfile
from contextlib import asynccontextmanager

from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client

KEY = "ima_demo_key"
TOOLS = [
    "list_models", "list_voices", "quote_music", "quote_speech", "create_audio", "get_audio",
    "list_jobs",
]
answers = []


async def ask(context, params):
    """The person: says what stands first in `answers`."""
    words = answers.pop(0)
    if words is None:
        return types.ElicitResult(action="cancel")
    return types.ElicitResult(action="accept", content={"decision": words})


@asynccontextmanager
async def connected(program, origin, home, mode):
    environment = {
        "HOME": home, "PATH": os.environ["PATH"], "IMA_API_KEY": KEY, "IMA_BASE_URL": origin,
        "IMA_CACHE_DIR": os.environ["IMA_CACHE_DIR"],
    }
    server = StdioServerParameters(command=program, args=["mcp", "--clock-rate", "50"], env=environment)
    try:
        from mcp import Client
    except ImportError:
        assert mode == "legacy"
        async with stdio_client(server) as (read, write):
            async with ClientSession(read, write, elicitation_callback=ask) as session:
                await session.initialize()
                yield session
        return
    mode = "legacy" if mode == "legacy" else "2026-07-28"
    async with Client(server, elicitation_callback=ask, mode=mode) as client:
        yield client


def content(result):
    """The object of a result; the name of its field changed with version 2."""
    value = getattr(result, "structured_content", None) or getattr(result, "structuredContent", None)
    assert KEY not in str(value)
    return value


async def main(program, origin, mode):
    with tempfile.TemporaryDirectory() as home:
        async with connected(program, origin, home, mode) as client:
            tools = await client.list_tools()
            assert [tool.name for tool in tools.tools] == TOOLS, tools

            async def call(name, **arguments):
                return content(await client.call_tool(name, arguments))

            quote = await call("quote_music", prompt="rain on a tin roof", model="sonic")
            assert quote["status"] == "quoted", quote
            points = quote["points"]
            buy = {"quote_id": quote["quote_id"], "points": points}
            for words in [None, "cancel", "spend_1_points"]:
                answers.append(words)
                refused = await call("create_audio", **buy)
                assert (refused["status"], refused["charge"]) == ("refused", "no"), refused
            answers.append(f"spend_{points}_points")
            done = await call("create_audio", **buy)
            while done["status"] == "working":
                done = await call("get_audio", job_id=done["job_id"], wait_seconds=45)
            assert (done["status"], done["charge"]) == ("finished", "yes"), done
            assert all(os.path.getsize(file["path"]) > 1000 for file in done["files"]), done
            assert await call("create_audio", **buy) == done
        # Another process, the same job.
        async with connected(program, origin, home, mode) as client:
            again = content(await client.call_tool("create_audio", buy))
            assert again == done, again
            jobs = content(await client.call_tool("list_jobs", {}))["jobs"]
            assert [job["job_id"] for job in jobs] == [done["job_id"]], jobs
    assert not answers


asyncio.run(main(*sys.argv[1:]))
