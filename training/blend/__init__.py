"""``python -m training.blend``: temperatures and weights of an ensemble, fitted on new data."""
