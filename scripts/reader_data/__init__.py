"""Public data sets and our own questions as rows for the reader: one module for each kind of source.

`mixture` decides how much of each file is taken; training itself is train_reader.py's.
"""
