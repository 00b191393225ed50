"""The ``ensemble`` task: several recipes, trained one after the other."""
