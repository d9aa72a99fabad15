"""The flow of the requirements with `requests`: product list, create, detail until done, download.

Usage: flow.py ORIGIN PROMPT FILE, with the key in IMA_API_KEY.
"""

import hashlib
import json
import os
import sys
import time

import requests

ORIGIN, PROMPT, FILE = sys.argv[1:]
HEADERS = {
    "Authorization": f"Bearer {os.environ['IMA_API_KEY']}",
    "Content-Type": "application/json",
    "x-app-source": "ima_skills",
    "x_app_language": "en",
}


def get_products(category):
    answer = requests.get(
        f"{ORIGIN}/open/v1/product/list",
        headers=HEADERS,
        params={"app": "ima", "platform": "web", "category": category},
    )
    answer.raise_for_status()
    versions = []
    for node in answer.json()["data"]:
        for child in node.get("children") or []:
            if child.get("type") == "3":
                versions.append(child)
            for grandchild in child.get("children") or []:
                if grandchild.get("type") == "3":
                    versions.append(grandchild)
    return versions


def create_music_task(prompt, product):
    rule = product["credit_rules"][0]
    defaults = {
        field["field"]: field["value"]
        for field in product.get("form_config", [])
        if field.get("value") is not None
    }
    cast = {"points": rule["points"], "attribute_id": rule["attribute_id"]}
    body = {
        "task_type": "text_to_music",
        "enable_multi_model": False,
        "src_img_url": [],
        "parameters": [
            {
                "attribute_id": rule["attribute_id"],
                "model_id": product["model_id"],
                "model_name": product["name"],
                "model_version": product["id"],
                "app": "ima",
                "platform": "web",
                "category": "text_to_music",
                "credit": rule["points"],
                "parameters": {
                    "prompt": prompt,
                    "input_images": [],
                    "cast": cast,
                    **defaults,
                    "n": 1,
                },
            }
        ],
    }
    answer = requests.post(f"{ORIGIN}/open/v1/tasks/create", headers=HEADERS, json=body)
    answer.raise_for_status()
    return answer.json()["data"]["id"]


def poll(task_id, interval=3, timeout=300):
    deadline = time.time() + timeout
    while time.time() < deadline:
        answer = requests.post(
            f"{ORIGIN}/open/v1/tasks/detail", headers=HEADERS, json={"task_id": task_id}
        )
        answer.raise_for_status()
        task = answer.json()["data"]
        medias = task.get("medias", [])
        if medias:
            if any(media.get("status") == "failed" for media in medias):
                raise RuntimeError(f"task failed: {task_id}")
            if all(media.get("resource_status") == 1 for media in medias):
                return task
        time.sleep(interval)
    raise TimeoutError(f"task timed out: {task_id}")


product = next(it for it in get_products("text_to_music") if it["model_id"] == "sonic")
task = create_music_task(PROMPT, product)
media = poll(task)["medias"][0]
audio = requests.get(media["url"])
audio.raise_for_status()
with open(FILE, "wb") as file:
    file.write(audio.content)
sha256 = hashlib.sha256(audio.content).hexdigest()
print(json.dumps({"task_id": task, "url": media["url"], "file": FILE, "sha256": sha256}))
