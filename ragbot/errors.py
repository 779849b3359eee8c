"""Every error ragbot raises on purpose.

    RagbotError                 one line for a person: the thing, the value, the next step
    ├── DocumentError           a file that cannot become a document
    │   └── ParserError         … because its parser crashed, hung or took too much
    ├── WorkerError             the process that parses documents cannot be started
    ├── CorpusError             a folder that is missing or holds nothing usable
    ├── IndexNotBuiltError      no index where one was expected
    ├── IndexMismatchError      an index of another encoder, format or an altered file
    ├── IndexLockedError        another process is writing the index
    ├── ModelError              weights that are missing or altered
    ├── QuestionError           a question that cannot be asked
    ├── SynonymsError           a file of synonyms that cannot be read
    ├── DatasetError            a question file that cannot be read
    └── ServeError              the chat page cannot be served

`except RagbotError as error: print(error)` is all a caller needs.
"""


class RagbotError(Exception):
    """Base of all errors that ragbot raises on purpose; its text is one line for a person."""

    def __str__(self) -> str:
        """The text with line ends, control and hidden characters (of a file name, say) escaped."""
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in super().__str__())


class DocumentError(RagbotError):
    """A file cannot become a document: unreadable, unsupported or without text."""


class ParserError(DocumentError):
    """A parser crashed, hung, took too much memory or gave nonsense; its notes say where, for a developer."""


class WorkerError(RagbotError):
    """The process that parses documents cannot be started."""


class CorpusError(RagbotError):
    """A corpus path is missing or holds no usable document."""


class IndexNotBuiltError(RagbotError):
    """There is no index at the given folder."""


class IndexMismatchError(RagbotError):
    """The index was built by another encoder or format, or a file of it was altered."""


class IndexLockedError(RagbotError):
    """Another process is writing the index, or the folder cannot be written."""


class ModelError(RagbotError):
    """Model weights are missing or do not have the pinned hash."""


class QuestionError(RagbotError):
    """The question cannot be asked: empty, too long or without a letter."""


class SynonymsError(RagbotError):
    """A clinic's file of synonyms cannot be read; the text names the file and the group."""


class DatasetError(RagbotError):
    """A question file has a row that cannot be read; the text names file and line."""


class ServeError(RagbotError):
    """The chat page cannot be served: the port is taken or the host unknown."""
