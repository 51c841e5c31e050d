"""One measurement: so many requests by so many clients over kept-alive connections; prints milliseconds as JSON.

python -m bench.client < {"port", "clients", "cookie", "headers", "seconds", "requests": [[method, path, body or null], …]}

After so many seconds no client sends another request, but each has sent a few; 0: all are sent.
"""

import http.client
import json
import sys
import threading
from time import perf_counter
from typing import Any

AT_LEAST = 3
"""Requests of each client, however long they take."""


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Send the requests, dealt round to the clients; the times of each, and what was answered wrongly and how often."""
    times: list[float] = []
    wrong: list[str] = []
    dealt = [job["requests"][n :: job["clients"]] for n in range(job["clients"])]
    gate = threading.Barrier(job["clients"])

    def client(mine: list[list[Any]]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", job["port"], timeout=30)
        gate.wait()
        started = perf_counter()
        for nr, (method, path, body) in enumerate(mine):
            if job["seconds"] and nr >= AT_LEAST and perf_counter() - started > job["seconds"]:
                break
            headers = {"Cookie": job["cookie"], "Host": f"127.0.0.1:{job['port']}", **job.get("headers", {})}
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            began = perf_counter()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
            times.append((perf_counter() - began) * 1000)
            if answer.status not in (200, 302, 303):
                wrong.append(f"{answer.status} {method} {path} {text[:80]!r}")
        connection.close()

    threads = [threading.Thread(target=client, args=(mine,)) for mine in dealt]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"ms": times, "wrong": wrong[:3], "failed": len(wrong)}


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
