"""One detector a file: `ssti.experiments.detection.detector.DETECTORS` finds them."""
