"""A corpus from public repositories at named commits: list, fetch, clean, families, files."""
