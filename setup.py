"""What pyproject.toml cannot say: two folders at the top of the checkout are packages inside the wheel."""

from __future__ import annotations

import os
import shutil

from setuptools import setup
from setuptools.command.build_py import build_py

# As `nnspec.grammar` and `nnspec.specs`; from a checkout nnspec/__init__.py finds them where they are.
FOLDERS = ("grammar", "specs")
ENDINGS = (".py", ".lark", ".nnspec", ".md")


class BuildWithFolders(build_py):
    """Copies the folders beside the modules, unless the modules stay where they are."""

    def run(self) -> None:
        """Build."""
        super().run()
        if self.editable_mode:
            return
        for folder in FOLDERS:
            for top, _, names in os.walk(folder):
                for name in sorted(names):
                    if name.endswith(ENDINGS):
                        target = os.path.join(self.build_lib, "nnspec", top)
                        os.makedirs(target, exist_ok=True)
                        shutil.copyfile(os.path.join(top, name), os.path.join(target, name))


setup(cmdclass={"build_py": BuildWithFolders})
