"""The model library as package data: `nnspec.specs` once installed."""
