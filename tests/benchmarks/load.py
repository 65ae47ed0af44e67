"""Sends requests over keep-alive connections and reads what they cost the server in CPU."""

from __future__ import annotations

import http.client
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Result:
    """One round: requests a second, median and 99th percentile in ms, CPU ms a request."""

    rate: float
    p50: float
    p99: float
    cpu: float


def median(results: list[Result]) -> Result:
    return Result(*(statistics.median(getattr(one, name) for one in results) for name in ("rate", "p50", "p99", "cpu")))


def cpu_seconds(roots: list[int]) -> float:
    """User and system time of these processes and all they have started."""
    tree: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(") ", 1)[1].split()
        except OSError:
            continue
        tree.setdefault(int(fields[1]), []).append(int(folder.name))
        spent[int(folder.name)] = sum(map(int, fields[11:15])) / TICK  # its own, and that of children which have ended
    total, todo = 0.0, list(roots)
    while todo:
        process = todo.pop()
        total += spent.get(process, 0)
        todo += tree.get(process, [])
    return total


def for_seconds(seconds: float) -> Callable[[], Iterator[None]]:
    end = time.monotonic() + seconds

    def turns() -> Iterator[None]:
        while time.monotonic() < end:
            yield

    return turns


def hit(port: int, clients: int, requests: Callable[[int], Iterator[tuple]], roots: list[int]) -> Result:
    """Let each client send its requests (method, path, body, headers); every answer must be 200."""
    latencies: list[float] = []
    failures: list[str] = []

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        mine = []
        for method, path, body, headers in requests(number):
            begun = time.perf_counter()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            mine.append(time.perf_counter() - begun)
            if answer.status != 200:
                failures.append(f"{answer.status} {path}")
        latencies.extend(mine)

    before, begun = cpu_seconds(roots), time.monotonic()
    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    if failures:
        raise SystemExit(f"{len(failures)} requests failed, e.g. {failures[0]}")
    cpu = (cpu_seconds(roots) - before) * 1000 / len(latencies)
    ordered = sorted(latencies)
    return Result(
        len(latencies) / took, ordered[len(ordered) // 2] * 1000, ordered[int(len(ordered) * 0.99)] * 1000, cpu
    )
