"""The command `nnspec`: picks the subcommand, and turns what goes wrong into an exit code.

Exit codes: 0 fine (warnings allowed), 1 errors found, 2 wrong usage or unreadable files, 101 a bug in nnspec.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

from nnspec.cli.console import Console
from nnspec.cli.trouble import Trouble

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import NoReturn

    from nnspec.cli.projects import ProjectFactory
    from nnspec.project import Project

COMMANDS = ("check", "build", "show", "docs", "stub", "explain")


def main(argv: Sequence[str] | None = None, project_factory: ProjectFactory | None = None) -> int:
    """Run a command line and return its exit code.

    argv: the arguments, without the program's name; those of the process where None.
    project_factory: makes the project that compiles, from its root folder; `nnspec.project.Project` where None.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    console = Console()
    try:
        return _run(arguments, console, project_factory or _project)
    except Trouble as trouble:
        console.write(trouble.text(), console.err)
        return 2
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get("NNSPEC_DEBUG"):
            raise
        console.write(_bug(error, arguments), console.err)
        return 101


def main_entry() -> NoReturn:
    """The console script: `main` with the process's arguments, ending the process with its exit code."""
    # A command is short and its trees hold few cycles; collecting them costs more than it frees.
    gc.disable()
    code = main()
    if sys.gettrace() is None and sys.getprofile() is None:
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> NoReturn:
    """End the process at once: taking the trees apart object by object takes a tenth of a small check."""
    import atexit

    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass  # closed from the start, or by its reader; `Console` has told what was to tell
    os._exit(code)


def _run(arguments: list[str], console: Console, projects: ProjectFactory) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        from nnspec.cli.top import top

        return top(arguments, console)
    command = import_module(f"nnspec.cli.{arguments[0]}")
    try:
        # A command that need not always wait for argparse has a `read` of its own.
        read = command.read if hasattr(command, "read") else command.parser().read
        parsed = read(arguments[1:])
    except SystemExit as help_shown:
        return int(help_shown.code or 0)
    code: int = command.run(parsed, console, projects)
    return code


def _project(root: str | Path | None) -> Project:
    from nnspec.project import Project

    return Project(root)


def _bug(error: Exception, arguments: list[str]) -> str:
    """One screen about an exception that nothing should have raised."""
    import platform
    import shlex

    from nnspec.cli.top import version

    said = f"{type(error).__name__}: {error}"[:600].splitlines()[:8]
    lines = [
        *said,
        *getattr(error, "__notes__", ()),
        f"in: nnspec {shlex.join(arguments)}",
        f"nnspec {version()}, Python {platform.python_version()}, {sys.platform}",
    ]
    return "\n".join(
        [
            "nnspec: internal error: this is a bug in nnspec, not in your spec",
            *(f"  {line}" for line in lines),
            "Please report it with these lines and, if you can, the spec.",
            "NNSPEC_DEBUG=1 before the same command shows the traceback.",
            "",
        ]
    )
