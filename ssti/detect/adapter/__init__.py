"""Is this adapter poisoned, by what, and for which class? Asks the model itself; needs no training row."""
