"""Runs of neighbouring sentences: within the word limit, best first, no longer than what they add."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from ragbot.answering import Bot
from ragbot.reading import shipped_model
from ragbot.runs import MAX_QUOTE_WORDS, Run, ranked_runs

BuildBot = Callable[[Mapping[str, str | bytes]], Bot]

LONG = "Nausea " + "and more of the same and then again some " * 8 + "ends it."
FILES = {
    "effects.md": (
        "---\ntitle: Effects\n---\n# What are the effects?\n\nIs nausea common? Effects of ketamine are:\n\n"
        "- nausea\n- dizziness\n- blurred vision\n\nNausea fades within two hours of the infusion. It can come back.\n"
    ),
    "driving.txt": "Driving\n\nDo not drive until the next day. Ask somebody to take you home after the infusion.\n",
    "cost.md": "# Cost\n\nMost plans refuse to pay for the infusion. The price is set by the clinic.\n",
}


def test_runs_are_neighbours_within_the_word_limit_and_best_first(build_bot: BuildBot) -> None:
    bot = build_bot(FILES | {"long.md": f"# Long\n\n{LONG} Short words follow here.\n"})
    trace = bot.trace("nausea after the infusion")
    reading = trace.reading
    runs = ranked_runs(reading.sentences, reading.scores, shipped_model(with_reader=False).word_cost)
    fitting = [run for run in runs if run.n_words <= MAX_QUOTE_WORDS]
    assert runs[: len(fitting)] == fitting
    assert [run.score for run in fitting] == sorted((run.score for run in fitting), reverse=True)
    for run in runs:
        assert len(run.members) == 1 or run.n_words <= MAX_QUOTE_WORDS
        assert len({member.document.doc_id for member in run.members}) == 1
        assert all(b.position == a.position + 1 for a, b in pairwise(run.members))
        assert run.best in run.members
        assert 0 < run.probability <= 1.00001
    assert {m for run in runs for m in map(id, run.members)} == set(map(id, reading.sentences))


def test_a_shorter_quote_wins_where_the_rest_adds_little(build_bot: BuildBot) -> None:
    trace = build_bot(FILES).trace("nausea")
    free = ranked_runs(trace.reading.sentences, trace.reading.scores, 0.0)[0]
    costly = ranked_runs(trace.reading.sentences, trace.reading.scores, 10.0)[0]
    assert isinstance(free, Run)
    assert costly.n_words < free.n_words
