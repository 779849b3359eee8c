"""Every word of the documents page that is not a file's own. Holds text only; layout is in `drawing`."""

from __future__ import annotations

from ragbot.loaders import MAX_BYTES, SUFFIXES
from ragbot.ui.documents.catalogue import Status

PAGE_NAME = "Documents"
PAGE_LINE = "What this page quotes from, and how to change it."
TO_CHAT = "To the questions"
LOG_OUT = "Log out"

LOG_IN = "Log in"
LOG_IN_LINE = "This part is for the person who looks after the documents."
ASKED_FOR = "Password"
NOT_ENCRYPTED = "This connection is not encrypted: others on the network could read the password."

FOLDERS = ("Folder of the index", "Folders of the index")
COUNTS = "{documents} with {passages} are in the index."
N_DOCUMENTS = ("1 document", "{count:,} documents")
N_PASSAGES = ("1 passage", "{count:,} passages")
NO_INDEX = "There is no index yet. Add documents, then rebuild it."
WAITING = (
    "1 change waits for a rebuild. Until then answers come from the documents as they were.",
    "{count:,} changes wait for a rebuild. Until then answers come from the documents as they were.",
)
NOTHING_WAITS = "Index and folder agree."

REBUILD = "Rebuild the index"
REBUILD_LINE = "Questions are answered from the old index meanwhile; the page switches over by itself."
STAGES = {
    "waiting": "Starting",
    "reading": "Reading documents",
    "embedding": "Preparing passages",
    "writing": "Saving the index",
}
STAGE_OF = "{stage}: {done:,} of {total:,}"
REBUILT = "The index was rebuilt."
UNCHANGED = "Nothing had changed, so nothing was done."
NOT_REBUILT = "The index was not rebuilt"
RUNNING = "A rebuild is under way already."
LAST_RUN = "Last rebuild, {when}"
FACTS = {
    "n_documents": "Documents",
    "n_chunks": "Passages",
    "added": "Added",
    "changed": "Changed",
    "renamed": "Renamed",
    "removed": "Removed",
    "unchanged": "Unchanged",
    "duplicates": "Duplicates",
    "near_duplicates": "Nearly the same",
    "skipped": "Left out",
    "n_embedded": "Passages read anew",
    "n_reused": "Passages taken over",
}
PROBLEMS = "Files that the index leaves out"
SAME_AS = "nearly the same as {other}"

ADD = "Add documents"
CHOOSE = "Choose files"
ADD_LINE = (
    f"Or drop them here. {', '.join(suffix.removeprefix('.') for suffix in SUFFIXES)}; "
    f"up to {MAX_BYTES // 1_000_000} MB each. They go to the first folder and are quoted from after the next rebuild."
)
ADDED = "{name} was added."
UPLOADING = "Uploading {name}…"
REPLACE_NAME = "Replace it?"
REPLACE_LINE = "{name} is already there. If you replace it, the old one moves to the retired documents."
REPLACE = "Replace"
KEEP = "Keep the old one"
LEFT_BY_FOLDER = "{name} was added, but the folder's .ragbotignore leaves it out of the index."

LIST = "Documents"
FIND = "Find by name or title"
COLUMNS = ("Document", "Kind", "Date", "Passages", "Status")
ACTIONS = "Actions"
NOTHING_FOUND = "No document has this in its name or title."
NO_DOCUMENTS = "There are no documents yet."
SHOWN = "{first:,} to {last:,} of {total:,}"
EARLIER, LATER = "Earlier", "Later"
STATUSES = {
    Status.INDEXED: "In the index",
    Status.NEW: "New; waits for a rebuild",
    Status.CHANGED: "Changed; waits for a rebuild",
    Status.GONE: "Gone; quoted until a rebuild",
    Status.LEFT_OUT: "Left out",
    Status.DUPLICATE: "Same as",
}

PREVIEW = "Preview"
PREVIEW_NAME = "Text as extracted"
PREVIEW_LOADING = "Reading the document…"
FROM_INDEX = "As it stands in the index."
FROM_FILE = "As the next rebuild will read it."
CUT = "The first {shown:,} of {total:,} characters."
CLOSE = "Close"

RETIRE = "Retire"
RETIRED = "Retired documents"
RETIRED_LINE = "Kept in _retired in their folder, which is never indexed."
RETIRED_DONE = "{name} was retired."
UNDO = "Undo"
PUT_BACK = "Put back"
PUT_BACK_DONE = "{name} was put back."
RETIRED_ON = "retired {when}"
NONE_RETIRED = "None."

LOST = "The connection to this page was lost. Try again in a moment."
ENDED = "You were logged out. Log in again."
