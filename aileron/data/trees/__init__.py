"""Trees of files: folders, zips and tars, read and written without trust in their names."""
