"""``python -m training.calibrate``: the numbers of a manifest, fitted on held-out notebooks."""
