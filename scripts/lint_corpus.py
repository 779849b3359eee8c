"""Checks the patient articles of the corpus and the map from their sentences to the facts they rest on.

`python scripts/lint_corpus.py [CORPUS_DIR] [--claims FILE]` prints one `file:line: message` per problem and a
summary, and exits 1 if there is a problem. It imports nothing from ragbot, so that a fault in ragbot's own
reading of the articles cannot hide a fault in the articles.
"""

from __future__ import annotations

import argparse
import calendar
import datetime
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import sentencex  # type: ignore[import-untyped, unused-ignore]
import yaml  # type: ignore[import-untyped, unused-ignore]

LAST_REVIEW = (2026, 3)
MAX_WORDS, LONG_WORDS, LONG_SHARE, PLAIN_SHARE = 45, 30, 1 / 12, 0.05
KEYS = {"title", "summary", "topic", "kind", "published", "reviewed", "sources", "certainty"}
CERTAINTIES = {"established", "mixed", "contested"}
# Sections of the fact sheet's crisis wording, which hold no numbered fact. Its C2 would be the contested point C2.
CRISIS_ROWS = {"A", "B", "C", "C2-crisis", "D", "E", "F"}
MONTHS = list(calendar.month_name)  # number 0 is empty
MONTH_YEAR = rf"({'|'.join(MONTHS[1:])}) (19|20)\d\d"
OPENERS = "This That These Those They It He She However But And Also Such Both Instead Therefore"
PHONE = (
    r"(?<![\d,.])\b(911|999|112|000|111|988|1737|85258|741741|838255|116 123|13 11 \d\d|0\d+( \d+)+|1-\d{3}-[\w-]+)\b"
    r"(?!,\d)"
)
NUMBER = re.compile(r"(?<![\w/.,+–-])\d++(?:[.,]\d+)*+(?![\w%/–-])")
# Words that cannot be what a number counts. "in", "of" and "to" are absent: "27 in 100", "5 of 17", "10 to 20 hours".
NOT_A_UNIT = re.compile(
    r"\s*($|[.;:)?!\"”]|,(?!\s*(about\s)?\d)|(\s(and|or|against|versus)(?!\s+(about\s+)?\d)|\s(with|after|for|at|on|by|"
    r"from|when|while|because|than|was|were|is|are|had|has|responded|relapsed|improved|compared|but|which|who)\b))"
)
LABELLED = re.compile(  # the number is a label or an age, or the "100" of "27 in 100"
    r"(\b(?i:age|aged|ages|under|over|between|day|days|week|month|year|press|option|class|phase|step|part|top|figure|room)"
    r"( \d+,?( to| and| or)?)?|\d (in|of|out of)|\b[\w-]*[A-Z][\w-]*[A-Z-][\w-]*)\s$"
)
SPELLING = (
    r"anesthe|behavior|programs?\b|hospitaliz|randomiz|esophag|pediatric|tumor\b|color|centers?\b|authoriz|hemorrhag|"
    r"stabiliz|counselor|diarrhea|gray\b"
)
HOME_DOSING = (
    r"(?i)\bmicrodos|\bstart(ing)? low\b|\bhome dose|\bdose yourself|\bhow to (snort|inject)|"
    r"\b(one|two|three|half|\d+) (a )?(lozenge|troche|tablet|drop|spray|capsule)s?\b.*\bhome\b"
)
# (pattern, exempting pattern, message); each is looked for in every heading and sentence.
FORBIDDEN: list[tuple[str, str | None, str]] = [
    (r"(?i)\bcommit(s|ted|ting)? suicide", None, "say 'died by suicide'"),
    (r"(?i)\b(failed|successful|unsuccessful|completed) (suicide )?(attempt|suicide)", None, "say only 'attempt'"),
    (r"(?i)\bclick here", None, "'click here'"),
    (r"(?i)https?:|\bwww\.|\b[\w-]+\.(com|org|net|gov|edu|io|nhs\.uk|co\.uk)\b", None, "an internet address"),
    (r"<[/!a-zA-Z]", None, "HTML"),
    (r"!\[", None, "an image"),
    (r"(?<!!)\[[^\]]*\]\s*[\[(]", None, "a link"),
    (r"\*\*|__|`|(?<!\w)[*_](?=\w)", None, "bold, italics or code"),
    (
        r"(?i)\b(reset|rewire|repair)(s|ed|d|ting|ing)?\b[\"”]?,? (the |your |a )?brain|brain (is )?(reset|rewired)",
        r"(?i)\b(not|no|never|metaphors?|unproven|wrong)\b",
        "'resets the brain' as a fact",
    ),
    (HOME_DOSING, r"(?i)\b(not|no|never)\b", "home dosing"),
    (r"(?i)\b(miracle|game.chang|life-changing|revolutionary)", None, "a promotional word"),
    (r"\b(above|below)\b(?! (about )?\d)|\bas mentioned", None, "a reference to another place in the text"),
    (r"(?i)\bthe (drug|medicine|treatment|spray|drip|infusion)\b", r"(?i)ketamine|spravato|electroconv|magnetic", ""),
]
AMOUNT = re.compile(r"(?i)\d\s?(mg|mcg|µg|g|ml|milligrams?|micrograms?|grams?|millilitres?)\b|\bmg\b")
AS_OF = re.compile(r"(?i)\bas of (?:(early|mid|late)[- ])?(?:the )?(?:(\w+) )?((?:19|20)\d\d)|\bas of\b")


class Problem(NamedTuple):
    """A rule broken at a line of a file; printed as `file:line: message`."""

    file: str
    line: int
    message: str


class Block(NamedTuple):
    """A heading, paragraph, list item or table row; `text` is verbatim without the mark in front."""

    kind: str
    line: int
    text: str


class Sentence(NamedTuple):
    """One unit of the fact map: a sentence of a paragraph or list item, or a whole table row."""

    document: str
    line: int
    text: str

    def parts(self) -> list[str]:
        """The cells of a table row; else the sentence itself."""
        return [cell.strip() for cell in self.text.strip("|").split("|")] if self.text[0] == "|" else [self.text]


class Article(NamedTuple):
    """A Markdown file cut into front matter and blocks."""

    name: str
    meta: dict[str, Any]
    blocks: list[Block]
    sentences: list[Sentence]


def cut_blocks(lines: list[str], first: int) -> Iterator[Block]:
    """The blocks of a Markdown body whose first line is number `first`; table headers are left out."""
    kind, start, held = "", 0, list[str]()
    for number, line in enumerate([*lines, ""], first):
        mark = re.match(r"(#+|- |\||(?:\d+[.)]|>|```|[*+] ))", line)
        if held and (not line.strip() or mark):
            yield Block(kind, start, "\n".join(held))
            held = []
        if mark and mark[1][0] == "|":
            following = lines[number - first + 1] if number - first + 1 < len(lines) else ""
            if not re.match(r"\|[\s:|-]+$", line) and not re.match(r"\|[\s:|-]+$", following):
                yield Block("row", number, line.strip())
        elif mark and mark[1][0] == "#":
            yield Block("title" if mark[1] == "#" else "heading", number, line[mark.end() :].strip())
        elif line.strip() and held:
            held.append(line.strip() if kind == "item" else line)
        elif line.strip():
            kind = "text" if not mark else "item" if mark[1] == "- " else "odd"
            start, held = number, [line[2:].strip() if kind == "item" else line]


def cut_sentences(name: str, blocks: list[Block]) -> Iterator[Sentence]:
    """Every unit that needs a line in the fact map, in order."""
    for block in blocks:
        if block.kind == "row":
            yield Sentence(name, block.line, block.text)
        elif block.kind in {"text", "item", "odd"}:
            offset = 0
            for piece in sentencex.segment("en", block.text):
                if piece.strip():
                    offset = block.text.index(piece.strip(), offset)
                    yield Sentence(name, block.line + block.text.count("\n", 0, offset), piece.strip())


def read_article(path: Path) -> Article:
    """The article at `path`; front matter that cannot be read comes back empty."""
    found = re.match(r"---\n(.*?\n)---\n", text := path.read_text(encoding="utf-8"), re.DOTALL)
    try:
        meta = yaml.safe_load(found[1]) if found else {}
    except yaml.YAMLError:
        meta = {}
    body = text[found.end() :] if found else text
    blocks = list(cut_blocks(body.splitlines(), text[: len(text) - len(body)].count("\n") + 1))
    return Article(path.name, meta if isinstance(meta, dict) else {}, blocks, list(cut_sentences(path.name, blocks)))


def source_names(corpus: Path) -> list[str]:
    """The short names that SOURCES.md lists, one per line as "- `name`: ..."."""
    return re.findall(r"^- `([^`]+)`:", (corpus / "SOURCES.md").read_text(encoding="utf-8"), re.MULTILINE)


def front_matter(article: Article, names: set[str]) -> Iterator[str]:
    """Faults in the keys and values of the front matter."""
    meta = {key: str(value) for key, value in article.meta.items()}
    if set(meta) != KEYS:
        yield f"front matter keys differ from the rule: {sorted(set(meta) ^ KEYS)}"
        return
    glossary = meta["topic"] == "glossary"
    topic = re.fullmatch(r"T([1-9]|1\d|2[0-8])", meta["topic"])
    if not topic and not glossary:
        yield f"topic {meta['topic']!r} is neither T1..T28 nor glossary"
    if topic and not re.fullmatch(rf"t{int(topic[1]):02d}-[a-z0-9]+(-[a-z0-9]+)+\.md", article.name):
        yield f"the file name does not fit topic {meta['topic']}"
    if meta["kind"] != ("glossary" if glossary else "patient information"):
        yield f"kind {meta['kind']!r} does not fit the topic"
    if type(article.meta["published"]) is not datetime.date:
        yield "published is not a date YYYY-MM-DD"
    reviewed = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", meta["reviewed"])
    if not reviewed or (int(reviewed[1]), int(reviewed[2])) > LAST_REVIEW:
        yield "reviewed is not a month YYYY-MM up to 2026-03"
    if meta["certainty"] not in CERTAINTIES:
        yield f"certainty {meta['certainty']!r} is unknown"
    if (
        not meta["title"].strip()
        or len(list(sentencex.segment("en", meta["summary"]))) != 1
        or meta["summary"][-1] != "."
    ):
        yield "title is empty or summary is not one sentence"
    sources = article.meta["sources"]
    if not isinstance(sources, list) or not sources:
        yield "sources is not a list"
    else:
        yield from (f"source {name} is not in SOURCES.md" for name in map(str, sources) if name not in names)


def layout(article: Article) -> Iterator[tuple[int, str]]:
    """Faults in title, headings and lists, with their lines."""
    titles = [block for block in article.blocks if block.kind == "title"]
    if [block.text for block in titles] != [str(article.meta.get("title"))]:
        yield (titles[0].line if titles else 1), "the first-level heading is not the title of the front matter"
    before: Block | None = None
    for block in article.blocks:
        if block.kind == "heading" and article.meta.get("topic") != "glossary" and not block.text.endswith("?"):
            yield block.line, "the heading is not a question"
        led_in = before and (before.kind == "item" or (before.kind == "text" and before.text.endswith(":")))
        if block.kind == "item" and not led_in:
            yield block.line, "the list has no lead-in line ending in a colon"
        if block.kind == "item" and block.text[-1] not in ".?!":
            yield block.line, "the list item is not a full sentence"
        if block.kind == "odd":
            yield block.line, "only paragraphs, '- ' items, tables and headings are allowed"
        before = block


def bare_numbers(text: str) -> Iterator[str]:
    """Numbers that no unit or noun follows; years, ages, labels and telephone numbers are left out."""
    text = re.sub(PHONE, "the line", text)
    for number in NUMBER.finditer(text):
        year = re.fullmatch(r"(19|20)\d\d", number[0])
        if not year and NOT_A_UNIT.match(text, number.end()) and not LABELLED.search(text[: number.start()]):
            yield number[0]


def late_dates(text: str) -> Iterator[str]:
    """Datings "as of" that name no month or one after the last review."""
    for found in AS_OF.finditer(text):
        part, month, year = found.groups()
        if part and not month:
            number = {"early": 1, "mid": 6, "late": 10}[part.lower()]
        else:
            number = MONTHS.index(month.title()) if month and month.title() in MONTHS else 0
        if not year or not number or (int(year), number) > LAST_REVIEW:
            yield f"{found[0]!r} does not name a month up to March 2026"


def wording(text: str) -> Iterator[str]:
    """Faults that headings and sentences can share."""
    for pattern, exempt, message in FORBIDDEN:
        found = re.search(pattern, text)
        if found and not (exempt and re.search(exempt, text)):
            yield message or f"{found[0]!r} without the name of a drug"
    # Lower case or first word only: a capital inside a sentence marks a proper name ("National Center for PTSD").
    for found in re.finditer(rf"\b({SPELLING})\w*", text[:1].lower() + text[1:]):
        if not text[: found.start()].lower().endswith("computer "):
            yield f"American spelling {found[0]!r}"
    yield from late_dates(text)


def sentence_faults(sentence: Sentence, facts: list[dict[str, Any]]) -> Iterator[str]:
    """Faults in one sentence, which the `facts` back."""
    dose = sentence.document.startswith("t14-") and any(fact["dose"] for fact in facts)  # the article on trial doses
    volatile = any(fact["volatile"] for fact in facts)
    for part in sentence.parts():
        yield from wording(part)
        opener = re.match(rf"[\"'“‘(]*({OPENERS.replace(' ', '|')})\b", part)
        if opener:
            yield f"the sentence opens with {opener[1]!r}"
        if len(part.split()) > MAX_WORDS:
            yield f"{len(part.split())} words, more than {MAX_WORDS}"
        yield from (f"no unit after {number}" for number in bare_numbers(part))
        if AMOUNT.search(part) and not (dose and re.search(r"(?i)\b(trials?|stud(y|ies)|research)\b", part)):
            yield "an amount of a drug outside a trial dose"
        # Only numbers go stale unnoticed, emergency numbers never; a month and year serves as well as "as of".
        changing = re.search(r"\d", re.sub(r"\b(911|999|112|000|111)\b", "", part))
        if volatile and changing and not AS_OF.search(part) and not re.search(MONTH_YEAR, part):
            yield "a number that may change stands here without 'as of' or a month and year"


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """The records of a file with one JSON object per line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


class Map(NamedTuple):
    """The fact map: the facts by number, the claims, and the name of the claims file."""

    facts: dict[str, dict[str, Any]]
    claims: list[dict[str, Any]]
    file: str

    def backing(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        """The known facts behind each (document, sentence)."""
        return {
            (str(claim.get("document")), str(claim.get("sentence"))): [
                self.facts[name] for name in claim.get("facts", []) if name in self.facts
            ]
            for claim in self.claims
        }


def claim_faults(fact_map: Map, articles: list[Article]) -> Iterator[Problem]:
    """Sentences without exactly one claim, claims without a sentence, unknown facts, facts never named."""
    wanted = {(s.document, s.text): s for article in articles for s in article.sentences}
    seen = Counter((claim.get("document"), claim.get("sentence")) for claim in fact_map.claims)
    for article in articles:
        for text, count in Counter(s.text for s in article.sentences).items():
            if count > 1:
                yield Problem(article.name, wanted[article.name, text].line, "the same sentence stands here twice")
    for key, sentence in wanted.items():
        if seen[key] != 1:
            yield Problem(sentence.document, sentence.line, f"{seen[key]} claims for: {sentence.text}")
    for line, claim in enumerate(fact_map.claims, 1):
        names, plain = claim.get("facts", []), claim.get("plain") is True
        if (claim.get("document"), claim.get("sentence")) not in wanted:
            yield Problem(fact_map.file, line, f"no such sentence in {claim.get('document')}: {claim.get('sentence')}")
        if bool(names) == plain:
            yield Problem(fact_map.file, line, "a claim names facts or is plain, one of the two")
        for name in names:
            if name not in fact_map.facts and name not in CRISIS_ROWS:
                yield Problem(fact_map.file, line, f"no such fact: {name}")
    named = {name for claim in fact_map.claims for name in claim.get("facts", [])}
    for line, (name, fact) in enumerate(fact_map.facts.items(), 1):
        if re.search("[EC]", fact["code"]) and name not in named:
            yield Problem("_facts/facts.jsonl", line, f"no sentence names fact {name}")


def plain_faults(fact_map: Map, articles: list[Article], reviewed: list[str]) -> Iterator[Problem]:
    """Plain sentences that nobody reviewed, stale lines of the reviewed list, and too many plain sentences."""
    exempt = {article.name for article in articles if article.meta.get("topic") == "glossary"}
    plain = [c for c in fact_map.claims if c.get("plain") is True and c.get("document") not in exempt]
    lines = [f"{claim['document']}\t{claim['sentence']}" for claim in plain]
    for line in sorted(set(lines) - set(reviewed)):
        yield Problem("_facts/plain.txt", 1, f"not in the reviewed list: {line}")
    for number, line in enumerate(reviewed, 1):
        if line not in lines:
            yield Problem("_facts/plain.txt", number, "the line matches no plain claim")
    total = sum(len(article.sentences) for article in articles if article.name not in exempt)
    if len(lines) > PLAIN_SHARE * total:
        yield Problem(
            "_facts/plain.txt", 1, f"{len(lines)} of {total} sentences are plain, more than {PLAIN_SHARE:.0%}"
        )


def source_faults(article: Article, facts: list[dict[str, Any]], names: list[str]) -> Iterator[str]:
    """Sources of the article's facts that the front matter leaves out, and seeds it has no right to name."""
    listed = {str(name) for name in article.meta.get("sources") or []}
    # The longest name wins: "Williams-2018 letter" is not "Williams-2018".
    first = [
        max((name for name in names if re.match(re.escape(name) + r"($|[ ,])", source)), key=len, default="")
        for fact in facts
        if not fact["fact"].startswith("C")  # a contested point lists both camps; an article need not quote both
        for source in fact["sources"]
    ]
    # Seeds are no authority; the fact sheet wants the labels named, not DrOracle; "988" is short for "988-set".
    for name in sorted({name for name in first if name and not re.match("seed|DrOracle|988$", name)} - listed):
        yield f"a fact of this article rests on {name}, which its sources leave out"
    if not any("S" in fact["code"] for fact in facts):
        yield from (f"{name} is named without a fact of code S" for name in listed if name.startswith("seed"))


def lint(corpus: Path, claims: Path) -> tuple[list[Problem], list[str]]:
    """All problems of a corpus, and the lines of the summary."""
    paths = sorted(path for path in corpus.glob("*.md") if path.name != "SOURCES.md")
    articles, names = [read_article(path) for path in paths], source_names(corpus)
    facts = {fact["fact"]: fact for fact in read_json_lines(corpus / "_facts" / "facts.jsonl")}
    fact_map = Map(facts, read_json_lines(claims) if claims.exists() else [], f"_facts/{claims.name}")
    problems, backing = list[Problem](), fact_map.backing()
    for article in articles:
        behind = [backing.get((article.name, sentence.text), []) for sentence in article.sentences]
        faults = [(1, text) for text in front_matter(article, set(names))]
        faults += [(1, text) for text in source_faults(article, list(chain.from_iterable(behind)), names)]
        faults += layout(article)
        faults += [(1, text) for text in wording(str(article.meta.get("summary")))]
        faults += [(b.line, t) for b in article.blocks if b.kind in {"title", "heading"} for t in wording(b.text)]
        for sentence, known in zip(article.sentences, behind, strict=True):
            faults += [(sentence.line, text) for text in sentence_faults(sentence, known)]
        problems += [Problem(article.name, line, text) for line, text in faults]
    plain = corpus / "_facts" / "plain.txt"
    reviewed = plain.read_text(encoding="utf-8").splitlines() if plain.exists() else []
    problems += [*claim_faults(fact_map, articles), *plain_faults(fact_map, articles, reviewed)]
    return problems, summary(articles, fact_map, names)


def summary(articles: list[Article], fact_map: Map, names: list[str]) -> list[str]:
    """Counts that are reported and never fail."""
    sentences = [s for article in articles for s in article.sentences]
    long = [s for s in sentences if max(len(part.split()) for part in s.parts()) > LONG_WORDS]
    named = {name for claim in fact_map.claims for name in claim.get("facts", [])} & set(fact_map.facts)
    used = {str(name) for article in articles for name in article.meta.get("sources") or []}
    wordy = [
        f"{article.name} ({count} of {len(article.sentences)})"
        for article in articles
        if (count := sum(s.document == article.name for s in long)) > LONG_SHARE * len(article.sentences)
    ]
    counts = f"{len(articles)} articles, {len(sentences)} sentences, {len(long)} over {LONG_WORDS} words"
    return [
        f"{counts} ({len(long) / max(1, len(sentences)):.1%}), {len(named)} of {len(fact_map.facts)} facts covered",
        f"articles with more than one long sentence in twelve: {', '.join(wordy) or 'none'}",
        f"sources used in no article: {', '.join(sorted(set(names) - used)) or 'none'}",
    ]


def main(arguments: list[str] | None = None) -> int:
    """Runs the linter; 1 if there is a problem."""
    parser = argparse.ArgumentParser(description="Checks the articles of the corpus and their fact map.")
    parser.add_argument("corpus", nargs="?", type=Path, default=Path(__file__).resolve().parent.parent / "corpus")
    parser.add_argument("--claims", type=Path, help="default: _facts/claims.jsonl in the corpus")
    options = parser.parse_args(arguments)
    problems, lines = lint(options.corpus, options.claims or options.corpus / "_facts" / "claims.jsonl")
    for problem in problems:
        print(f"{problem.file}:{problem.line}: {problem.message}")
    print("\n".join([*lines, f"{len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
