"""Training of the members: recipes, data, loops, export.

It imports jupyter_cellorder, never the reverse.
"""
