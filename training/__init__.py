"""Training of the members: recipes, data, loops and export. Imports jupyter_cellorder, never the reverse."""
