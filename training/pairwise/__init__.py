"""The ``pairwise`` task: is this code cell the next one?"""
