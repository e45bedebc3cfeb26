"""Every layer of the library against torch, with drawn arguments and inputs, right ones and nearly right ones.

`families/` says how the arguments of each layer are drawn, `near.py` how one of them goes wrong, `truth.py` asks torch,
`checked.py` the checker, `text.py` writes the same as a spec. `NNSPEC_CONFORMANCE=50` tries 50 configurations of each.
"""
