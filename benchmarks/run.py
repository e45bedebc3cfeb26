"""Print what nnspec costs: start-up against Python and torch, emitted against hand-written modules.

Run with `make bench`. The ratios mean something on any machine, the milliseconds on one.
"""

from __future__ import annotations

import argparse

from benchmarks import modules, startup


def main() -> None:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(description="What nnspec costs.")
    parser.add_argument("--runs", type=int, help="runs of each measurement")
    runs = parser.parse_args().runs
    startup.report(runs or startup.RUNS)
    print()
    modules.report(runs or modules.RUNS)


if __name__ == "__main__":
    main()
