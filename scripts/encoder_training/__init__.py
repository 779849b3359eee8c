"""Training the encoder's layers by contrast: batches of questions and passages, the loss, the run."""
