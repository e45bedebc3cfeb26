"""Plain PyTorch, written by hand: what each spec has to agree with."""
