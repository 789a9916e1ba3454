"""The paper's tables and figures as grids of recipes, run cell by cell, with the claims that they check.

Names are imported from the files themselves, so that nothing loads torch or pandas before it is needed.
"""
