"""tools/find-python, by which `make` chooses its Python, on search paths made of small stand-ins."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "find-python"


class SearchPath:
    """Folders with executables that answer as a Python of some version would."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folders: list[Path] = []

    def folder(self) -> Path:
        folder = self._root / f"bin{len(self._folders)}"
        folder.mkdir()
        self._folders.append(folder)
        return folder

    def python(self, folder: Path, name: str, version: tuple[int, int], *, venv: bool = True) -> Path:
        fits = 0 if (3, 11) <= version < (3, 14) else 1
        return self.program(
            folder,
            name,
            f"""case "$2" in
                *"import venv"*) exit {0 if venv else 1} ;;
                *'"%d.%d"'*) echo {version[0]}.{version[1]} ;;
                *'"3.11" if'*) echo {"3.11" if version < (3, 11) else "3.13"} ;;
                *version_info*) exit {fits} ;;
            esac""",
        )

    def program(self, folder: Path, name: str, body: str) -> Path:
        file = folder / name
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)
        return file

    def run(self) -> subprocess.CompletedProcess[str]:
        path = ":".join(str(folder) for folder in self._folders)
        return subprocess.run(
            ["/bin/sh", str(SCRIPT)], env={"PATH": path}, capture_output=True, text=True, check=False, timeout=20
        )


@pytest.fixture
def path(tmp_path: Path) -> SearchPath:
    return SearchPath(tmp_path)


def test_the_newest_python_that_fits_is_taken(path: SearchPath) -> None:
    folder = path.folder()
    path.python(folder, "python3.11", (3, 11))
    newest = path.python(folder, "python3.13", (3, 13))
    path.python(folder, "python3", (3, 14))

    assert path.run().stdout == f"{newest}\n"


def test_a_shim_that_does_not_run_is_passed_over_for_the_python_behind_it(path: SearchPath) -> None:
    path.program(path.folder(), "python3.12", "echo 'pyenv: python3.12: command not found' >&2; exit 127")
    real = path.python(path.folder(), "python3.12", (3, 12))

    result = path.run()

    assert result.stdout == f"{real}\n"
    assert result.stderr == ""


def test_a_python_without_venv_gives_way_to_one_that_has_it(path: SearchPath) -> None:
    folder = path.folder()
    path.python(folder, "python3.13", (3, 13), venv=False)
    complete = path.python(folder, "python3.11", (3, 11))

    assert path.run().stdout == f"{complete}\n"


def test_a_folder_with_a_space_in_its_name_is_searched(path: SearchPath, tmp_path: Path) -> None:
    folder = tmp_path / "my tools"
    folder.mkdir()
    path._folders.append(folder)
    spaced = path.python(folder, "python3", (3, 12))

    assert path.run().stdout == f"{spaced}\n"


@pytest.mark.parametrize(
    ("manager", "remedy"), [("apt-get", "apt-get install python3.11-venv"), ("brew", "brew install python@3.11")]
)
def test_only_venv_missing_names_the_one_package_that_brings_it(path: SearchPath, manager: str, remedy: str) -> None:
    folder = path.folder()
    path.python(folder, "python3", (3, 11), venv=False)
    path.program(folder, manager, "exit 0")

    result = path.run()

    assert result.returncode == 1
    assert result.stdout == ""
    assert "venv and ensurepip are not installed" in result.stderr
    assert result.stderr.endswith(f"{remedy}\n")


def test_a_python_that_does_not_fit_is_named_with_its_version(path: SearchPath) -> None:
    folder = path.folder()
    old = path.python(folder, "python3", (3, 9))
    path.program(folder, "apt-get", "exit 0")

    result = path.run()

    assert result.returncode == 1
    assert f"needs Python 3.11, 3.12 or 3.13; {old} is 3.9." in result.stderr
    assert result.stderr.endswith("apt-get install python3.11-venv\n")


def test_a_python_newer_than_spyne_can_run_on_is_refused(path: SearchPath) -> None:
    folder = path.folder()
    path.python(folder, "python3", (3, 14))
    path.program(folder, "brew", "exit 0")

    result = path.run()

    assert result.returncode == 1
    assert result.stderr.endswith("brew install python@3.13\n")


def test_no_python_at_all_names_one_package(path: SearchPath) -> None:
    path.program(path.folder(), "apt-get", "exit 0")

    result = path.run()

    assert result.returncode == 1
    assert "none was found" in result.stderr
    assert result.stderr.endswith("apt-get install python3-venv\n")
