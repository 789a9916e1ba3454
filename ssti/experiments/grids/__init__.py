"""Grids that were started: what each is, how far it is, and who is at it. Each has a durable folder."""
