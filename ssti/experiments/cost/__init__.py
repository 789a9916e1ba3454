"""What grids cost, on paper: operations, seconds and GPU-hours from their recipes."""
