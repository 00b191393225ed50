"""What a corpus holds: counted in one pass, as a table, as JSON, as plots."""
