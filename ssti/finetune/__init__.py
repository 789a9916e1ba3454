"""From a recipe to an adapter: check, prepare, train, save, each in a file of its own.

Names are imported from the files themselves, so that nothing loads torch before it is needed.
"""
