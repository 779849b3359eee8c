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
    │   └── ScopeError          … because what to search for it is not understood
    ├── SynonymsError           a file of synonyms that cannot be read
    ├── RecordingError          a file of visitors' questions that cannot be written
    ├── DatasetError            a question file that cannot be read
    ├── LanguageError           a language file of the page that is missing or incomplete
    ├── AnswerFileError         a file of answers that cannot be read
    ├── BusyError               too many visitors ask for the same heavy thing at once
    ├── SettingsError           a setting that is unknown or has an impossible value
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


class ScopeError(QuestionError):
    """What the question should be searched in is not understood; the text names the part."""


class SynonymsError(RagbotError):
    """A clinic's file of synonyms cannot be read; the text names the file and the group."""


class RecordingError(RagbotError):
    """A file that visitors' questions go to cannot be written, or is full."""


class DatasetError(RagbotError):
    """A question file has a row that cannot be read; the text names file and line."""


class LanguageError(RagbotError):
    """The page has no such language, or its file does not fit; the text names file and key."""


class AnswerFileError(RagbotError):
    """A file that should hold answers, to be checked, does not."""


class BusyError(RagbotError):
    """Too many visitors wait for something that takes time; the next one is told to try again."""


class SettingsError(RagbotError):
    """A setting is unknown or has an impossible value; the text names its file and line, or its variable."""


class ServeError(RagbotError):
    """The chat page cannot be served: the port is taken or the host unknown."""
