"""Where a run executes: one protocol, one file each. Names are in the files themselves."""
