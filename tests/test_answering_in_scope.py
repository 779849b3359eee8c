"""A question asked of some of the documents: nothing comes from outside, and everything is as without a scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragbot.answering import NO_ANSWER, NOT_IN_CHOSEN, NOTHING_CHOSEN, Bot
from ragbot.datatypes import Answer, Outcome
from ragbot.encoding import Encoder
from ragbot.ingestion import ingest
from ragbot.query import build_query
from ragbot.rendering import answer_to_json, json_line
from ragbot.retrieval import lexical_scores, retrieve
from ragbot.scope import Scope
from ragbot.store import Index

BuildBot = Callable[[Mapping[str, str | bytes]], Bot]


def leaflet(title: str, text: str, **facts: str) -> str:
    front = "".join(f"{name}: {value}\n" for name, value in facts.items())
    return f"---\ntitle: {title}\n{front}---\n# {title}\n\n{text}\n"


DRIVE = "Do not drive until the next day after an esketamine session."
FILES = {
    "old/driving.md": leaflet("Driving", f"{DRIVE} Ask for a lift.", kind="Leaflet", published="2012"),
    "driving.md": leaflet("Going home", f"{DRIVE} Take a taxi.", kind="leaflet", published="2019", reviewed="2024-02"),
    "clinic.md": leaflet("Our clinic", f"{DRIVE} The clinic calls you a taxi.", kind="web page", published="2023-05"),
    "nausea.md": leaflet(
        "Nausea", "## Does nausea last?\n\nNausea fades within two hours of the infusion.", published="2024-01-31"
    ),
    "cost.txt": "Cost\n\nMost insurance plans refuse to pay for the infusion of ketamine.\n",
    "[x].md": leaflet("Pain", "Ketamine may ease chronic pain for some weeks after an infusion.", kind="leaflet"),
}
QUESTIONS = (
    "Can I drive after an esketamine session?", "How long does nausea last?", "Who pays for ketamine?",
    "What does ketamine do to pain?", "Who won the zebra race?", "and after the infusion?",
)  # fmt: skip
ASKED = QUESTIONS[0]
scopes = st.builds(
    Scope,
    st.lists(st.sampled_from([*FILES, "old/*", "*.md", "[[]x].md", "none.md"]), max_size=3).map(tuple),
    st.lists(st.sampled_from(["leaflet", "WEB PAGE", "", "poem"]), max_size=2).map(tuple),
    st.sampled_from([None, None, "2012", "2019-06", "2023-06-01", "2030"]),
)
light = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


@pytest.fixture
def bot(build_bot: BuildBot) -> Bot:
    return build_bot(FILES)


def line(answer: Answer) -> str:
    return json_line(answer_to_json(replace(answer, seconds=0.0)))


def told_documents(answer: Answer) -> Iterator[str]:
    for quote in chain(answer.quotes, answer.nearest):
        yield quote.document
        yield from (source.document for source in quote.also_in)


# --- laws ---


@light
@given(scopes, st.sampled_from(QUESTIONS), st.sampled_from([0.0, 0.5, 1.0]))
def test_no_quote_source_or_nearest_passage_is_from_outside(
    bot: Bot, scope: Scope, question: str, threshold: float
) -> None:
    inside = {entry.doc_id for entry in bot.index.catalogue if scope.admits(entry)}
    answer = bot.ask(question, threshold=threshold, scope=scope)
    assert set(told_documents(answer)) <= inside
    assert answer.scope == (None if inside == set(bot.index.doc_ids) else scope)
    if not inside:
        assert (answer.outcome, answer.message, answer.confidence) == (Outcome.NO_ANSWER, NOTHING_CHOSEN, 0.0)
        assert (answer.nearest, answer.try_instead) == ((), ())


@pytest.mark.parametrize(
    "everything", [Scope(), Scope(("*",)), Scope(("*.md", "*.txt", "none")), Scope((), ("leaflet", "Web page", ""))]
)
def test_a_scope_that_leaves_nothing_out_is_no_scope_byte_for_byte(bot: Bot, everything: Scope) -> None:
    for question in QUESTIONS:
        for threshold in (0.0, 1.0):
            plain = bot.ask(question, threshold=threshold)
            assert line(bot.ask(question, threshold=threshold, scope=everything)) == line(plain)


@light
@given(st.sets(st.sampled_from(sorted(FILES)), min_size=1), st.sampled_from(QUESTIONS[:4]))
def test_passages_are_those_that_an_index_of_the_chosen_documents_alone_ranks(
    bot: Bot, chosen_indexes: Callable[[frozenset[str]], Index], fake_encoder: Encoder, chosen: set[str], question: str
) -> None:
    scope = Scope(tuple(name.replace("[", "[[]") for name in sorted(chosen)))
    alone = chosen_indexes(frozenset(chosen))
    query = build_query(question, bot.index.lexical)  # words are the corpus's; ranking is the chosen documents'
    within = retrieve(query, bot.index, fake_encoder, k=20, scope=scope)
    by_itself = retrieve(query, alone, fake_encoder, k=20)
    places = {c.number: c.chunk.chunk_id for c in within.candidates}
    own_places = {c.number: c.chunk.chunk_id for c in by_itself.candidates}
    assert [places[n] for n in within.dense_ranking] == [own_places[n] for n in by_itself.dense_ranking]
    assert {c.chunk.chunk_id: c.similarity for c in within.candidates} == pytest.approx(
        {c.chunk.chunk_id: c.similarity for c in by_itself.candidates}
    )
    assert {places[n] for n in within.lexical_ranking} == {own_places[n] for n in by_itself.lexical_ranking}
    bm25 = lexical_scores(query, bot.index.lexical)  # how rare a word is stays the corpus's
    assert {c.number: c.bm25 for c in within.candidates} == {n: pytest.approx(float(bm25[n])) for n in places}


@pytest.fixture
def chosen_indexes(tmp_path: Path, fake_encoder: Encoder) -> Callable[[frozenset[str]], Index]:
    built: dict[frozenset[str], Index] = {}

    def index_of(chosen: frozenset[str]) -> Index:
        if chosen not in built:
            root = tmp_path / f"alone-{len(built)}"
            for name in chosen:
                (root / "corpus" / name).parent.mkdir(parents=True, exist_ok=True)
                (root / "corpus" / name).write_text(FILES[name], "utf-8")
            ingest([root / "corpus"], index=root / "index", encoder=fake_encoder)
            built[chosen] = Index(root / "index")
        return built[chosen]

    return index_of


@pytest.mark.parametrize("message", ["i'm going to kill myself", "thanks"])
@pytest.mark.parametrize("scope", [Scope(("none.md",)), Scope(kinds=("leaflet",), since="2024")])
def test_gate_and_small_talk_know_nothing_of_a_scope(bot: Bot, message: str, scope: Scope) -> None:
    assert line(bot.ask(message, scope=scope)) == line(bot.ask(message))
    assert bot.ask(message, scope=scope).outcome not in (Outcome.ANSWERED, Outcome.NO_ANSWER)


# --- what is said ---


def test_a_claim_of_several_documents_names_only_the_chosen_sources(bot: Bot) -> None:
    everywhere = set(told_documents(bot.ask(ASKED, threshold=0)))
    assert {"old/driving.md", "driving.md", "clinic.md"} <= everywhere
    answer = bot.ask(ASKED, threshold=0, scope=Scope(kinds=("leaflet",)))
    assert {"old/driving.md", "driving.md"} <= set(told_documents(answer)) <= {"old/driving.md", "driving.md", "[x].md"}
    assert answer.scope == Scope(kinds=("leaflet",))


def test_since_leaves_out_what_is_older_or_has_no_date(bot: Bot) -> None:
    answer = bot.ask(ASKED, threshold=0, scope=Scope(since="2024"))
    assert answer.quotes[0].document == "driving.md"  # published 2019, but reviewed to February 2024
    assert set(told_documents(answer)) <= {"driving.md", "nausea.md"}


def test_a_refusal_says_that_only_the_chosen_documents_were_searched(bot: Bot) -> None:
    assert bot.ask(ASKED, threshold=1).message == NO_ANSWER
    answer = bot.ask(ASKED, threshold=1, scope=Scope(("nausea.md",)))
    assert (answer.outcome, answer.message) == (Outcome.NO_ANSWER, NOT_IN_CHOSEN)
    assert set(answer.unknown_words) == {"drive", "esketamine", "session"}  # all three stand in other documents
    assert bot.ask(ASKED, threshold=1).unknown_words == ()


def test_questions_to_try_instead_stand_in_the_chosen_documents(bot: Bot) -> None:
    asked = "Does nausea last long after it?"
    assert bot.ask(asked, threshold=1).try_instead == ("Does nausea last?",)
    assert bot.ask(asked, threshold=1, scope=Scope(("cost.txt",))).try_instead == ()


def test_a_trace_is_of_the_chosen_documents(bot: Bot) -> None:
    trace = bot.trace(ASKED, scope=Scope(("old/*",)))
    assert {c.chunk.doc_id for c in trace.retrieval.candidates} == {"old/driving.md"}


def test_a_scope_is_judged_by_the_documents_that_are_there_now(bot: Bot, build_bot: BuildBot) -> None:
    scope = Scope(("*driving.md",))
    assert set(told_documents(bot.ask(ASKED, threshold=0, scope=scope))) <= {"old/driving.md", "driving.md"}
    build_bot({"new/driving.md": leaflet("Driving now", "Drive an esketamine session home in the new taxi.")})
    assert "new/driving.md" in set(told_documents(bot.ask("the new taxi", threshold=0, scope=scope)))
