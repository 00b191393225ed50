"""The version, kept here alone: the build reads it, and package.json repeats it (tested)."""

__version__ = "0.1.0"
