"""Review mode: which markdown cells stand where they should not, and where they belong.

``questions`` asks the ensemble about the notebook as it stands, ``features`` turns the answers into
numbers for every place that a doubtful cell could have, ``decision`` weighs them into a confidence,
and ``moves`` carries out what is confident enough.
"""
