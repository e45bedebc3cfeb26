"""The library of specs against hand-written PyTorch, bit for bit."""
