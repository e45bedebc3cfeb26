"""Files that import one another: what is read, what is said, and what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

import nnspec
from nnspec.files import find_root
from nnspec.project import Project, Report, SpecError

BLOCK = """
module Block(dim: int):
    fc = Linear(dim, dim)

    def forward(x: [B, dim]) -> [B, dim]:
        return fc(x)
"""
NET = """
module Net:
    block = Block(16)

    def forward(x: [B, 16]) -> [B, 16]:
        return block(x)
"""
BROKEN = BLOCK.replace("fc(x)", "fcc(x)")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is a project of its own."""
    (tmp_path / "pyproject.toml").write_text("")
    return tmp_path


def put(folder: Path, **files: str) -> None:
    """Write specs; `parts__block` becomes parts/block.nnspec."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".nnspec")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


def codes(report: Report) -> list[str]:
    return [d.code for d in report.diagnostics]


def test_imports_up_and_down(folder: Path) -> None:
    put(
        folder,
        block=BLOCK,
        parts__again="from ..block import Block\n",
        net="from .parts.again import Block\n" + NET,
    )
    report = Project().check(folder / "net.nnspec")
    assert report.ok, str(report)


def test_an_import_under_another_name(folder: Path) -> None:
    put(
        folder, block=BLOCK, net="from .block import Block as Part\n" + NET.replace("Block", "Part")
    )
    report = Project().check(folder / "net.nnspec")
    assert report.ok, str(report)


@pytest.mark.parametrize(
    ("line", "code", "help"),
    [
        ("from .blok import Block", "E0230", "`block`"),
        ("from .block import Blok as Block", "E0232", "`Block`"),
        ("from .broken import Block", "E0233", "nnspec check"),
        ("from .parts import Block", "E0236", ".parts.blocks"),
        ("from ..outside import Block", "E0235", "further up"),
        ("from .unreadable import Block", "E0237", None),
    ],
)
def test_mistakes_of_imports(folder: Path, line: str, code: str, help: str | None) -> None:
    put(folder, block=BLOCK, broken=BROKEN, parts__block=BLOCK, net=line + "\n" + NET)
    (folder / "unreadable.nnspec").write_bytes(b"\xff\xfe")
    report = Project().check(folder / "net.nnspec")
    assert codes(report) == [code], str(report)
    assert help is None or help in (report.errors[0].help or "")


def test_what_is_wrong_in_an_imported_file_is_told_with_that_file_alone(folder: Path) -> None:
    put(folder, broken=BROKEN, net="from .broken import Block\n" + NET)
    project = Project()
    assert codes(project.check(folder / "net.nnspec")) == ["E0233"]
    assert codes(project.check(folder / "broken.nnspec")) == ["E0201"]


def test_a_circle_of_imports_is_named(folder: Path) -> None:
    put(
        folder,
        a="from .b import Block\n" + NET,
        b="from .c import Block\n",
        c="from .a import Net\n" + BLOCK,
    )
    for name in "abc":
        report = Project().check(folder / f"{name}.nnspec")
        assert codes(report) == ["E0231"], str(report)
        assert any(note.count(" imports ") == 3 for note in report.errors[0].notes)


def test_a_file_that_imports_itself(folder: Path) -> None:
    put(folder, a="from .a import Block\n" + BLOCK)
    assert "E0231" in codes(Project().check(folder / "a.nnspec"))


def test_a_name_cannot_be_imported_twice(folder: Path) -> None:
    put(folder, block=BLOCK, net="from .block import Block\n" + BLOCK)
    report = Project().check(folder / "net.nnspec")
    assert codes(report) == ["E0203"] and len(report.errors[0].labels) == 2


def test_a_link_out_of_the_project_is_not_followed(folder: Path) -> None:
    inner = folder / "inner"
    put(folder, secret=BLOCK, inner__net="from .link import Block\n" + NET)
    (inner / "link.nnspec").symlink_to(folder / "secret.nnspec")
    assert codes(Project(inner).check(inner / "net.nnspec")) == ["E0235"]
    assert codes(Project(folder).check(inner / "net.nnspec")) == []


def test_the_root_is_the_project_around_a_file(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "net.nnspec").write_text(NET)
    assert find_root(str(inner / "net.nnspec")) == str(inner.resolve())
    (tmp_path / "a" / ".git").mkdir()
    assert find_root(str(inner / "net.nnspec")) == str((tmp_path / "a").resolve())


def test_a_file_is_compiled_again_when_it_or_an_import_has_changed(folder: Path) -> None:
    put(folder, block=BLOCK, net="from .block import Block\n" + NET)
    project = Project()
    path = folder / "net.nnspec"
    first = project.entry(path)
    assert project.entry(path) is first
    put(folder, block=BROKEN)
    assert codes(project.check(path)) == ["E0233"]
    put(folder, block=BLOCK + "\n")
    assert project.check(path).ok
    assert project.check(path, NET).errors != ()


def test_a_missing_import_is_found_once_it_is_there(folder: Path) -> None:
    put(folder, net="from .block import Block\n" + NET)
    project = Project()
    assert codes(project.check(folder / "net.nnspec")) == ["E0230"]
    put(folder, block=BLOCK)
    assert project.check(folder / "net.nnspec").ok


def test_texts_in_place_of_files(tmp_path: Path) -> None:
    root = tmp_path / "nowhere"
    files = {
        str(root / "net.nnspec"): "from .block import Block\n" + NET,
        str(root / "block.nnspec"): BLOCK,
    }
    report = Project(root, files).check(root / "net.nnspec")
    assert report.ok, str(report)


def test_windows_line_ends_and_a_byte_order_mark(folder: Path) -> None:
    (folder / "net.nnspec").write_bytes(b"\xef\xbb\xbf" + BLOCK.replace("\n", "\r\n").encode())
    report = Project().check(folder / "net.nnspec")
    assert report.ok, str(report)


def test_unreadable_files_are_the_callers_business(folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        nnspec.check(folder / "none.nnspec")
    (folder / "latin.nnspec").write_bytes(b"# \xe9\n")
    with pytest.raises(UnicodeDecodeError):
        nnspec.check(folder / "latin.nnspec")


def test_syntax_errors_are_all_that_is_told(folder: Path) -> None:
    put(folder, net=NET.replace("module Net:", "module Net"))
    report = Project().check(folder / "net.nnspec")
    assert report.errors and all(code.startswith("E01") for code in codes(report))


def test_build_gives_python_or_raises(folder: Path) -> None:
    put(folder, block=BLOCK, broken=BROKEN)
    built = nnspec.build(folder / "block.nnspec")
    assert "class Block(nn.Module):" in built.text and built.report.ok
    with pytest.raises(SpecError) as raised:
        nnspec.build(folder / "broken.nnspec")
    assert "`fcc`" in str(raised.value) and not raised.value.report.ok


def test_imports_of_a_file(folder: Path) -> None:
    put(folder, block=BLOCK, net="from .block import Block\nfrom .none import X\n" + NET)
    assert Project().imports(folder / "net.nnspec") == [folder / "block.nnspec"]


def test_very_deep_nesting_is_a_message(folder: Path) -> None:
    put(folder, deep="model net = " + "Sequential(" * 3000 + ")" * 3000 + "\n")
    assert not Project().check(folder / "deep.nnspec").ok


def test_a_comment_silences_a_warning_and_an_idle_one_is_told(folder: Path) -> None:
    put(folder, block=BLOCK.replace("fc(x)", "fc(x)  # nnspec: ignore[W0201]"))
    assert codes(Project().check(folder / "block.nnspec")) == ["W0209"]
