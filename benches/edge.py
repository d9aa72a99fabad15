"""The state of a job over HTTP with FastAPI and httpx: what GET /v1/jobs/{token} of the edge component does.

Usage: edge.py ORIGIN PORT.
"""

import sys
from contextlib import asynccontextmanager

import httpx
import uvicorn
from fastapi import FastAPI, Header, HTTPException

ORIGIN, PORT = sys.argv[1:]
client: httpx.AsyncClient


@asynccontextmanager
async def lifespan(_: FastAPI):
    global client
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=ORIGIN, limits=limits, timeout=30) as client:
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/v1/jobs/{task_id}")
async def job(task_id: str, authorization: str = Header()):
    answer = await client.post(
        "/open/v1/tasks/detail",
        headers={"Authorization": authorization},
        json={"task_id": task_id},
    )
    answer = answer.json()
    if answer["code"] not in (0, 200):
        raise HTTPException(502, answer["message"])
    medias = answer["data"].get("medias") or []
    done = bool(medias) and all(media["resource_status"] == 1 for media in medias)
    return {
        "id": task_id,
        "object": "job",
        "status": "completed" if done else "in_progress",
        "outputs": [
            {"index": index, "url": media.get("url"), "duration": media.get("duration_str")}
            for index, media in enumerate(medias)
        ],
    }


uvicorn.run(app, host="127.0.0.1", port=int(PORT), log_level="error", access_log=False)
