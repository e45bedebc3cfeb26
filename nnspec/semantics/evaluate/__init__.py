"""Following code as an interpreter would, on abstract values."""
