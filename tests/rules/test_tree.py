"""Rules of the house that a tool can check: sizes, names, and what must not stand in a file of the project."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOFT_CEILING = 400
LARGER_FILES: dict[str, int] = {}
"""Files that may be longer, with their length; the list may only shrink."""

BANNED_NAMES = re.compile(r"(^|/)(utils?|helpers?|managers?|common|misc)(\.py|/)")
OTHER_INDEX = "|".join("-".join(parts) for parts in (("index", "url"), ("extra", "index")))
_PARTS = (("py", "pi"), ("python", "hosted"), ("debian", r"\.org"), ("npm", "js"))
REGISTRIES = tuple("".join(parts) for parts in _PARTS)
"""Parts of the names of registries, written so that this file holds none of them."""
REGISTRY_HOST = re.compile(rf"({OTHER_INDEX}|https?://[^\s\"')]*({'|'.join(REGISTRIES)})[^\s\"')]*)")
MACHINE_PATH = re.compile(r"/(work|root|home)/[a-z]")


def tracked(pattern: str) -> list[Path]:
    """Files of the project that match, by git's own list; in a copy without git, those on disk."""
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", pattern], cwd=ROOT, capture_output=True, text=True
    )
    if listing.returncode == 0:
        return [ROOT / name for name in listing.stdout.split("\n") if name and (ROOT / name).is_file()]
    return [path for path in ROOT.rglob(pattern) if ".venv" not in path.parts]


def offences(pattern: re.Pattern[str], paths: list[Path]) -> Iterator[str]:
    """Lines in which a pattern stands, as file:line."""
    for path in paths:
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if pattern.search(line):
                yield f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{number}"


def text_files() -> list[Path]:
    """Everything of the project that is text, but for this file, which names what it looks for."""
    endings = (".py", ".md", ".toml", ".txt", ".tcss", ".po", ".json", ".xml")
    paths = [path for path in tracked("*") if path.suffix in endings or path.name in ("Makefile", "run")]
    return [path for path in paths if path != Path(__file__)]


def test_files_have_one_job_and_a_size_that_shows_it() -> None:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in tracked("*.py")}
    too_long = {name: size for name, size in sizes.items() if size > LARGER_FILES.get(name, SOFT_CEILING)}
    assert too_long == {}


def test_names_say_what_is_in_them() -> None:
    assert [str(path) for path in tracked("*.py") if BANNED_NAMES.search(str(path.relative_to(ROOT)))] == []


def test_no_registry_host_and_no_machine_path() -> None:
    paths = text_files()
    assert len(paths) > 50
    assert list(offences(REGISTRY_HOST, paths)) == []
    assert list(offences(MACHINE_PATH, paths)) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (REGISTRY_HOST, f"pip install --{OTHER_INDEX} http://mirror"),
        (REGISTRY_HOST, f"see https://{REGISTRIES[0]}.org/simple"),
        (MACHINE_PATH, "open('/home/ann/x')"),
    ],
)
def test_the_check_sees_an_offence(pattern: re.Pattern[str], line: str, tmp_path: Path) -> None:
    (tmp_path / "file.py").write_text(f"first\n{line}\n")
    assert list(offences(pattern, [tmp_path / "file.py"])) == [f"{tmp_path / 'file.py'}:2"]


def test_the_name_check_sees_an_offence() -> None:
    assert BANNED_NAMES.search("archroom/utils.py")
    assert BANNED_NAMES.search("archroom/helpers/x.py")
    assert not BANNED_NAMES.search("archroom/commons.py")
