"""`python -m nnspec`."""

from __future__ import annotations

from nnspec.cli.main import main_entry

if __name__ == "__main__":
    main_entry()
