"""The benchmark of adapter scanners: adapters trained with and without triggers of many kinds, detectors as rows."""
