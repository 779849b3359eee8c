"""What a feature is worth: taking one out changes its column alone, and the figures count as they say."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import ablate_answering
import numpy as np
import pytest
from fit_answering import Case, load_cases

from ragbot.encoding import MiniLmEncoder
from ragbot.features import NAMES
from ragbot.ingestion import ingest


@pytest.fixture(scope="module")
def cases(real_encoder: MiniLmEncoder, tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """Eight dev questions on eight rules, each answered by one sentence of its own."""
    folder = tmp_path_factory.mktemp("ablation")
    (folder / "corpus").mkdir()
    places = ["garden", "kitchen", "ward", "cellar", "attic", "library", "workshop", "chapel"]
    rows = []
    for number, place in enumerate(places):
        sentence = f"Nobody may smoke in the {place} before noon."
        (folder / "corpus" / f"{place}.md").write_text(
            f"# House rules {number}\n\nGuests are welcome. {sentence} Tea is free.\n"
        )
        rows.append(
            f'{{"id": "{number}", "question": "May I smoke in the {place}?", "split": "dev", '
            f'"answers": [{{"document": "{place}.md", "text": "{sentence}"}}]}}\n'
        )
    (folder / "q.jsonl").write_text("".join(rows))
    ingest([folder / "corpus"], index=folder / "index", encoder=real_encoder)
    return load_cases(0, f"{folder / 'index'}={folder / 'q.jsonl'}", real_encoder)


def test_a_feature_taken_out_is_zero_in_every_row_and_the_others_stay(cases: list[Case]) -> None:
    column = NAMES.index("overlap")
    blanked = ablate_answering._blanked(cases[0], [column])
    assert not blanked.rows[:, column].any()
    assert cases[0].rows[:, column].any()
    others = [i for i in range(len(NAMES)) if i != column]
    np.testing.assert_array_equal(blanked.rows[:, others], cases[0].rows[:, others])
    for sentence, row in zip(blanked.sentences, blanked.rows, strict=True):
        np.testing.assert_array_equal(sentence.values, row)


def test_the_table_has_a_line_for_all_features_and_one_for_each_left_out(cases: list[Case]) -> None:
    table = ablate_answering.reading_table("plain", cases, NAMES, ("similarity", "*plain*"))
    heading, rule, whole, similarity, everything, *_ = table.splitlines()
    assert heading == "| features | first right | one of three |"
    assert rule == "|---|---|---|"
    assert whole == "| plain, 33 | 1.000 | 1.000 |"  # each place is named in one question and in one sentence
    assert similarity.startswith("| without similarity | ")
    assert everything.startswith("| without plain | -")  # with no feature at all most first quotes are wrong


def test_figures_are_over_answerable_questions_only(cases: list[Case]) -> None:
    quote: Any = SimpleNamespace(document="garden.md", span=cases[0].golds[0].sentence, text="Nobody may smoke")
    reading: Any = SimpleNamespace(quotes=(quote,))
    unanswerable = replace(cases[1], golds=())
    # of two answerable questions the same quote is right for one
    figures = ablate_answering.reading_figures([reading] * 3, [cases[0], unanswerable, cases[2]])
    assert (figures.first, figures.three) == (0.5, 0.5)
