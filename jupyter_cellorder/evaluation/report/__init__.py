"""An evaluation as one HTML page with its plots."""
