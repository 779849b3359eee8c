"""How the reader is trained on rows: batches, network and loss, checkpoints, the run. Knows no data set."""
