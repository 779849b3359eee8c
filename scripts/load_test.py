"""Many people asking at once: what the page and the API answer, how fast, and whether memory stays flat.

    python scripts/load_test.py http://127.0.0.1:7860/ --people 50 --minutes 4 --every 30 --pid PID

Each person asks questions of their own in their own session, through the page's own protocol (`--door page`), the REST
endpoint (`api`), or half of them each (`both`). Prints errors, latencies and the server's memory; exits 1 after an
error, or if `--p95` was given and missed. Asks nothing of any other host.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import secrets
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx

QUESTIONS = Path(__file__).parents[1] / "eval" / "questions.jsonl"
TIMEOUT_SECONDS = 60.0


@dataclass
class Figures:
    """What came of the questions so far: seconds of those that were answered, and why others were not."""

    seconds: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def quantile(self, share: float) -> float:
        """The latency that `share` of the answered questions did not exceed."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class AskError(Exception):
    """A question that got no answer."""


class PageVisitor:
    """Speaks what the page's script speaks: one POST a question."""

    def __init__(self, client: httpx.AsyncClient, function: int, trigger: int) -> None:
        self._client = client
        self._function = function
        self._trigger = trigger
        self._session = secrets.token_hex(8)

    @classmethod
    async def arrive(cls, client: httpx.AsyncClient) -> PageVisitor:
        """A visitor who has opened the page."""
        config = (await client.get("config")).raise_for_status().json()
        function = next(f for f in config["dependencies"] if any(t[1] == "ask" for t in f["targets"]))
        return cls(client, function["id"], function["targets"][0][0])

    async def ask(self, question: str) -> str:
        """What came of the question."""
        body = {
            "data": [None], "fn_index": self._function, "trigger_id": self._trigger, "session_hash": self._session,
            "event_data": {"question": question, "alone": True},
        }  # fmt: skip
        answered = await self._client.post("gradio_api/run/predict", json=body)
        if answered.status_code != 200:
            raise AskError(f"run/predict {answered.status_code}: {answered.text[:80]}")
        return _shown(answered.json()["data"][0])


class ApiVisitor:
    """Speaks REST."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(self, question: str) -> str:
        """What came of the question."""
        answer = await self._client.post("api/ask", json={"question": question})
        if answer.status_code != 200:
            raise AskError(f"api/ask {answer.status_code}: {answer.text[:80]}")
        return str(answer.json()["outcome"])


def _shown(html: str) -> str:
    """The outcome of the last turn, told by its card; a notice is an error."""
    card = html.rpartition('<div class="card ')[2].partition('"')[0]
    if not card or card == "notice":
        raise AskError(html.rpartition("data-say>")[2].partition("<")[0] or "no card")
    return card


async def person(
    visitor: PageVisitor | ApiVisitor, questions: list[str], args: argparse.Namespace, into: Figures
) -> None:
    """Ask one question after the other, one every so many seconds, from a moment of one's own."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + args.minutes * 60
    await asyncio.sleep(random.uniform(0, args.every))
    while loop.time() < ends:
        question, started = questions.pop(), time.perf_counter()
        try:
            into.outcomes[await visitor.ask(question)] += 1
            into.seconds.append(time.perf_counter() - started)
        except (AskError, httpx.HTTPError) as error:
            into.errors[f"{type(error).__name__}: {error}"] += 1
        await asyncio.sleep(max(0.0, args.every - (time.perf_counter() - started)))


async def crowd(args: argparse.Namespace) -> Figures:
    """All people until their time is over."""
    figures, questions = Figures(), _questions(args.people * (int(args.minutes * 60 / args.every) + 2))
    headers = {"authorization": f"Bearer {args.password}"} if args.password else {}
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=args.url, headers=headers, timeout=TIMEOUT_SECONDS, limits=limits) as client:
        people = []
        for number in range(args.people):
            by_page = args.door == "page" or (args.door == "both" and number % 2 == 0)
            people.append(await PageVisitor.arrive(client) if by_page else ApiVisitor(client))
        await asyncio.gather(
            *(person(one, questions[number :: args.people], args, figures) for number, one in enumerate(people))
        )
    return figures


def _questions(count: int) -> list[str]:
    """`count` different questions: those of the dev split, then the same with an ordinal, since none is asked twice."""
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines() if line.strip()]
    texts = [row["question"] for row in rows if row.get("split") == "dev" and "question" in row]
    return [texts[n % len(texts)] + ("" if n < len(texts) else f" ({n // len(texts) + 1})") for n in range(count)]


def memory_mb(pid: int | None) -> float:
    """Resident memory of the server, in MB; nan without its process."""
    if pid is None:
        return float("nan")
    fields = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in fields if line.startswith("VmRSS"))


def main() -> int:
    """Run the crowd and print its figures; 1 if a question got no answer or the 95th percentile is too high."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--every", type=float, default=30.0, help="seconds between two questions of one person")
    parser.add_argument("--door", choices=["page", "api", "both"], default="page")
    parser.add_argument("--pid", type=int, help="the server's process, to measure its memory")
    parser.add_argument("--password", help="of the page, if it has one")
    parser.add_argument("--p95", type=float, help="exit 1 if the 95th percentile is above these seconds")
    args = parser.parse_args()
    args.url = args.url.rstrip("/") + "/"
    before = memory_mb(args.pid)
    figures = asyncio.run(crowd(args))
    after = memory_mb(args.pid)
    p50, p95, p99 = (figures.quantile(share) for share in (0.5, 0.95, 0.99))
    print(f"people {args.people}, minutes {args.minutes:g}, one question every {args.every:g} s, door {args.door}")
    print(f"answered {len(figures.seconds)}: " + ", ".join(f"{n} {what}" for what, n in figures.outcomes.most_common()))
    print(f"errors {figures.errors.total()}" + "".join(f"\n  {n} × {what}" for what, n in figures.errors.most_common()))
    mean = statistics.fmean(figures.seconds) if figures.seconds else float("nan")
    print(f"seconds: mean {mean:.3f}, p50 {p50:.3f}, p95 {p95:.3f}, p99 {p99:.3f}, most {figures.quantile(1):.3f}")
    print(f"memory of the server: {before:.0f} MB before, {after:.0f} MB after")
    return 1 if figures.errors or (args.p95 is not None and not p95 <= args.p95) else 0


if __name__ == "__main__":
    sys.exit(main())
