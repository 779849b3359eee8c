"""Questions asked of the old and the new index before the switch: the hook that `ingestion.ingest` calls.

Loads the models itself, and only when it is called: a run that changes nothing needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ragbot.answering import Bot, Models
from ragbot.batch import unusable_answer
from ragbot.datatypes import Answer
from ragbot.errors import IndexMismatchError, IndexNotBuiltError, QuestionError
from ragbot.evaluation.dataset import Example
from ragbot.expansion import Synonyms
from ragbot.ingestion import Progress
from ragbot.rebuilding.diff import AnswerDiff, diff_answers
from ragbot.rebuilding.gate import hold_minimum
from ragbot.store import current_generation


class Replay:
    """Compares the answers of a new generation with those of the current one; called once, with the new one's name.

    Afterwards `diff` holds what changed, or `not_compared` says in a few words why there is none. The call raises
    RagbotError if a measure in `minimum` is not reached, or a gold cannot be placed; `diff` is there even then.
    """

    def __init__(
        self,
        index: Path,
        examples: Sequence[Example],
        load: Callable[[], Models],
        *,
        threshold: float | None = None,
        synonyms: Synonyms | None = None,
        minimum: Mapping[str, float] | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._index = index
        self._examples = examples
        self._load = load
        self._threshold = threshold
        self._synonyms = synonyms
        self._minimum = dict(minimum or {})
        self._report = progress or (lambda stage, done, total: None)
        self.diff: AnswerDiff | None = None
        self.not_compared: str | None = "nothing changed"

    def __call__(self, generation: str) -> None:
        """Ask both, compare, and hold the minimum."""
        models = self._load()
        new = Bot(self._index, *models, synonyms=self._synonyms, generation=generation)
        old = self._old(models)
        answers = self._ask(new, "asking new")
        if old is not None:
            self.diff = diff_answers(self._examples, self._ask(old, "asking old"), answers)
        if self._minimum:
            hold_minimum(
                new,
                self._examples,
                answers,
                self._minimum,
                old=old.index.document if old else None,
                threshold=self._threshold,
                progress=lambda done, total: self._report("measuring", done, total),
            )

    def _old(self, models: Models) -> Bot | None:
        self.not_compared = None
        try:
            name = current_generation(self._index)
            return Bot(self._index, *models, synonyms=self._synonyms, generation=name)
        except IndexNotBuiltError:
            self.not_compared = "there was no index before"
        except IndexMismatchError:
            self.not_compared = "the index before is of another encoder or format, or damaged"
        return None

    def _ask(self, bot: Bot, stage: str) -> list[Answer]:
        answers: list[Answer] = []
        self._report(stage, 0, len(self._examples))
        for example in self._examples:
            try:
                answers.append(bot.ask_turns(list(example.turns), threshold=self._threshold, scope=example.scope))
            except QuestionError as error:
                answers.append(unusable_answer(example.question, str(error), bot))
            self._report(stage, len(answers), len(self._examples))
        return answers
