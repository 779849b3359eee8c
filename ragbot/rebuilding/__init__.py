"""What a rebuild does to answers and how it is told: questions replayed on the old and the new index before the switch.

    questions ─▶ replay (asks both, holds minima with gate) ─▶ diff ─▶ tables, command

Leaves building to `ingestion`, which calls the replay once the new generation is whole and before it is current.
"""

from ragbot.rebuilding.diff import AnswerChange, AnswerDiff, Change, diff_answers
from ragbot.rebuilding.questions import read_questions
from ragbot.rebuilding.replay import Replay

__all__ = ["AnswerChange", "AnswerDiff", "Change", "Replay", "diff_answers", "read_questions"]
