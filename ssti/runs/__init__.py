"""Run folders: one durable folder per run, found again by its id after any crash. Names are in the files themselves."""
