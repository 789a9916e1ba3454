"""The benchmark of dataset scanners: poisoned datasets of many kinds, detectors as rows. It trains nothing.

Names are imported from the files themselves, so that nothing loads torch or pandas before it is needed.
"""
