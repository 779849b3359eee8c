"""Does a quote still stand in its file? Receipts checked against the files on disk, at this moment; answers read again.

Needs no index but for the folders that it was built from, and no model. Draws and prints nothing.
"""

from ragbot.receipts.answer_file import QuotedAnswer, read_answers
from ragbot.receipts.checking import Checked, Finding, check_receipt
from ragbot.receipts.originals import Originals

__all__ = ["Checked", "Finding", "Originals", "QuotedAnswer", "check_receipt", "read_answers"]
