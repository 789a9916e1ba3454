"""What a model answers: clean, aligned and hijack sets, metrics with intervals, and the verdict on an adapter.

Names are imported from the files themselves, so that nothing loads torch before it is needed.
"""
