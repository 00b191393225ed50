"""A small notebook in the form of the REST API."""

NOTEBOOK = [
    {"id": "c1", "cell_type": "code", "source": "import numpy as np"},
    {"id": "m1", "cell_type": "markdown", "source": "b: then a plot"},
    {"id": "c2", "cell_type": "code", "source": "np.arange(3)", "pinned": True},
    {"id": "m2", "cell_type": "markdown", "source": "a: first imports", "pinned": False},
]
