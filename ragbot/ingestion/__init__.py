"""Folders of files to a new index generation. Ties loaders, chunking, encoding and store together; prints nothing."""

from ragbot.ingestion.cutting import cut_document, passages_of
from ragbot.ingestion.previous import indexed_paths
from ragbot.ingestion.report import IngestReport, NearDuplicate, Progress, Renamed, Skipped
from ragbot.ingestion.run import AfterReading, BeforeSwitch, ingest
from ragbot.ingestion.staleness import stale_reason

__all__ = [
    "AfterReading",
    "BeforeSwitch",
    "IngestReport",
    "NearDuplicate",
    "Progress",
    "Renamed",
    "Skipped",
    "cut_document",
    "indexed_paths",
    "ingest",
    "passages_of",
    "stale_reason",
]
