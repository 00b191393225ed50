"""Torch networks of the members, for training and the torch backend: never imported otherwise."""
