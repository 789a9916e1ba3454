"""One detector a file: `ssti.experiments.detection.adapters.detector.DETECTORS` finds them."""
