"""Training of the members: recipes, data, loops, export.

Imports jupyter_cellorder, never the reverse.
"""

import sys
from importlib.util import find_spec

NEEDED = ("torch", "transformers")

# `python -m training.run` and its kin: one line instead of a traceback where the extra is missing.
if sys.argv[:1] == ["-m"] and not all(find_spec(name) for name in NEEDED):
    print(
        "Training needs torch and transformers: pip install 'jupyter-cellorder[training]'",
        file=sys.stderr,
    )
    sys.exit(2)
