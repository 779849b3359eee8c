"""Parts of `scripts/fuzz_loaders.py`: sound files of every format, ways to break them, and ways to make them small."""
