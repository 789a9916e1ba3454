"""Where a run executes: one protocol, one file for each backend. Names are in the files themselves."""
