"""ragbot beside others: the same documents, questions and encoder through other libraries, all in one run.

Not part of the product: its own environment, never in the wheel. `python -m benchmarks run` measures, `python -m
benchmarks table` writes the README's table from the newest results. benchmarks/README.md says how each is set up.
"""
