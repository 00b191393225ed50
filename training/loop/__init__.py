"""The training loop: a library's, with our batches, scores and clock."""
