"""Run folders: one durable folder per run, whose id finds it again after any crash. Names are in the files themselves."""
