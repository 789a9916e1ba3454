"""One experiment a file, in the order of the paper: `ssti.experiments.experiment.EXPERIMENTS` finds them."""
