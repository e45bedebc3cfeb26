"""The grammar as package data: `nnspec.grammar` once installed."""
