"""What ``pointwise`` and ``pairwise`` share: sequences of tokens, one number each."""
