"""Question files of many kinds, one module for each: our JSONL, SQuAD, BEIR, TREC and tables of a spreadsheet.

`records` holds what all of them give, `recognition` tells them apart by content, `contexts` makes an index of the
documents that a benchmark brings along. The way in is `ragbot.evaluation.dataset.read_examples`.
"""
