"""Members: cells in, Precedence out, one file a kind."""

from jupyter_cellorder.members.base import Member

__all__ = ["Member"]
