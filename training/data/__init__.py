"""Corpora as arrays: cells read once, splits, batches."""
