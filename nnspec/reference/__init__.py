"""What the library has, as a reader looks it up: signatures, shapes, obligations and cost."""
