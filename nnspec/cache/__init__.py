"""What outlives a run, in the user's cache directory. All of it can be missing, damaged, or somebody else's."""
