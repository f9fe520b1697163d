"""What is declared, what is pinned, what is locked by hash, and whose licences are listed: one set of packages."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def pins(name: str) -> dict[str, str]:
    """Package -> version, of constraints.txt or a lock file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {canonicalize_name(package): version for package, version in re.findall(r"^([\w.-]+)==([\w.]+)", text, re.M)}


def declared(*extras: str) -> dict[str, Requirement]:
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    return {canonicalize_name(required.name): required for required in map(Requirement, lines)}


def listed() -> dict[str, str]:
    """Package -> licence, of docs/licences.md."""
    rows = [line.split("|")[1:-1] for line in (ROOT / "docs" / "licences.md").read_text(encoding="utf-8").splitlines()]
    return {canonicalize_name(name.strip()): licence.strip() for name, _, licence in rows[2:]}


def test_every_declared_package_is_pinned_within_its_range() -> None:
    known = pins("constraints.txt")
    outside = {
        name
        for name, required in declared(*EXTRAS).items()
        if name not in known or not required.specifier.contains(known[name])
    }
    assert outside == set()


def test_the_lock_holds_all_that_a_build_and_its_tests_need_at_the_pinned_versions() -> None:
    known, locked = pins("constraints.txt"), pins("requirements.lock")
    assert declared("test").keys() <= locked.keys()
    assert {name: version for name, version in locked.items() if known.get(name, version) != version} == {}
    assert pins("build.lock") == {"setuptools": known["setuptools"]}


@pytest.mark.parametrize("name", ["requirements.lock", "build.lock"])
def test_every_locked_package_has_hashes_and_no_file_names_a_server(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.M)[1:]
    assert len(entries) == len(pins(name))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_the_licence_of_every_locked_package_is_listed() -> None:
    of_other_systems = {"httpx2-jsfetch", "pywin32", "tzdata"}
    locked = pins("requirements.lock").keys() - of_other_systems
    assert locked - listed().keys() == set()
    assert {name for name, licence in listed().items() if licence == "UNKNOWN"} <= {"cuda-toolkit", "mtranslate"}
