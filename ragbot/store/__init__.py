"""The index folder: complete generations, one of them current, switched by one atomic rename. No pickle.

    index/current                 name of the current generation, replaced by rename
    index/lock                    held while writing; the operating system lets go when the process dies
    index/partial/ENCODER.log     vectors that an unfinished build has made; gone once the index is as it should be
    index/generations/NAME/       manifest.json parts.json files.json documents.sqlite chunks.npy sentences.npy
                                  sentence_vectors.npy passages.npy sentence_hashes.npy
                                  dense.faiss lexical/ words.json abbreviations.json

Knows nothing of questions or of how documents are loaded and cut.
"""

from ragbot.store.draft import Draft, VectorBlock, disk_errors
from ragbot.store.files import FileRecord, read_files
from ragbot.store.generations import current_generation, is_begun, prune, tidy
from ragbot.store.history import Generation, check_generation, kept_generations, roll_back
from ragbot.store.index import Index
from ragbot.store.layout import FORMAT_VERSION, option
from ragbot.store.lock import writing
from ragbot.store.manifest import content_fingerprint, read_manifest, recorded_paths
from ragbot.store.parts import wrong_parts
from ragbot.store.passages import passage_hash, passage_of, sentence_hash
from ragbot.store.rows import DocumentRows, rows_of
from ragbot.store.vector_code import encoding_signature
from ragbot.store.vector_log import VectorLog

__all__ = [
    "FORMAT_VERSION",
    "DocumentRows",
    "Draft",
    "FileRecord",
    "Generation",
    "Index",
    "VectorBlock",
    "VectorLog",
    "check_generation",
    "content_fingerprint",
    "current_generation",
    "disk_errors",
    "encoding_signature",
    "is_begun",
    "kept_generations",
    "option",
    "passage_hash",
    "passage_of",
    "prune",
    "read_files",
    "read_manifest",
    "recorded_paths",
    "roll_back",
    "rows_of",
    "sentence_hash",
    "tidy",
    "writing",
    "wrong_parts",
]
