"""The ``context`` task: cross-cell network over cell vectors."""
