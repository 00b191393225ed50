"""Rules of the ``priors`` member: what a cell's text says of its place, read without a model."""
