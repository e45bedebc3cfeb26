"""`python -m nnspec`."""

from __future__ import annotations

import sys

from nnspec.cli.main import main, main_entry

if __name__ == "__main__":
    if vars(sys.modules["__main__"]) is globals():
        main_entry()
    # Run inside another program (`runpy.run_module`), which goes on after the command.
    sys.exit(main())
