"""What is said about each mistake: one function each, by family."""
