"""The ``pointwise`` task: the percentile rank of one markdown cell."""
