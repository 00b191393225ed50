"""Torch networks of the members: imported by training and by the torch backend only, never on import."""
