"""How well orders are found: sources with a known truth, hiding it, baselines, the score."""
