"""What stops a command before it has findings: wrong usage, files that cannot be read or written."""

from __future__ import annotations


class Trouble(Exception):
    """Ends the command with exit code 2.

    problems: what is wrong, a line each.
    hint: what to type instead.
    """

    def __init__(self, *problems: str, hint: str | None = None) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
        self.hint = hint

    def text(self) -> str:
        """What goes to standard error."""
        lines = [f"nnspec: {problem}" for problem in self.problems]
        if self.hint:
            lines.append(f"  try: {self.hint}")
        return "".join(line + "\n" for line in lines)


def reason(error: OSError) -> str:
    """Why the system refused, in its own words: `permission denied`."""
    words = error.strerror or str(error)
    return words[:1].lower() + words[1:]


class at_work:
    """Notes on an exception what was being done: `checking net.nnspec`."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        if isinstance(error, Exception):
            error.add_note(f"while {self._what}")
