"""Steps from each released schema to the next, forward only, applied in order of their numbers."""
