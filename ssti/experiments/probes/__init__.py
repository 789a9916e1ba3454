"""The probes, a file each: `ssti.experiments.probe.PROBES` finds them."""
