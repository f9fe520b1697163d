"""Declared, pinned, locked and listed packages (docs/licences.md) must agree."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def read_pins(name: str) -> dict[str, str]:
    """Return package -> version of constraints.txt or a lock file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {canonicalize_name(package): version for package, version in re.findall(r"^([\w.-]+)==([\w.]+)", text, re.M)}


def declared_packages(*extras: str) -> dict[str, Requirement]:
    """Return package -> requirement of pyproject.toml, with these extras and the extras that they include."""
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    declared: dict[str, Requirement] = {}
    for required in map(Requirement, lines):
        if required.name == "spanferry":
            declared |= declared_packages(*required.extras)
        else:
            declared[canonicalize_name(required.name)] = required
    return declared


def listed_licences() -> dict[str, str]:
    """Return package -> licence of docs/licences.md."""
    rows = [line.split("|")[1:-1] for line in (ROOT / "docs" / "licences.md").read_text(encoding="utf-8").splitlines()]
    return {canonicalize_name(name.strip()): licence.strip() for name, _, licence in rows[2:]}


def test_every_declared_package_is_pinned_within_its_range() -> None:
    pinned = read_pins("constraints.txt")
    outside = {
        name
        for name, required in declared_packages(*EXTRAS).items()
        if name not in pinned or not required.specifier.contains(pinned[name])
    }
    assert outside == set()


def test_the_lock_has_all_packages_at_the_pinned_versions() -> None:
    pinned, locked = read_pins("constraints.txt"), read_pins("requirements.lock")
    assert declared_packages("test").keys() <= locked.keys()
    assert {name: version for name, version in locked.items() if pinned.get(name, version) != version} == {}
    assert read_pins("build.lock") == {name: pinned[name] for name in ("setuptools", "uv")}


@pytest.mark.parametrize("name", ["requirements.lock", "build.lock"])
def test_every_locked_package_has_hashes_and_no_index_is_named(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.M)[1:]
    assert len(entries) == len(read_pins(name))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_the_licence_of_every_locked_package_is_listed() -> None:
    of_other_systems = {"httpx2-jsfetch", "pywin32", "tzdata"}
    locked = read_pins("requirements.lock").keys() - of_other_systems
    assert locked - listed_licences().keys() == set()
    unknown = {name for name, licence in listed_licences().items() if licence == "UNKNOWN"}
    assert unknown <= {
        "cuda-toolkit",
        "mlcroissant",
        "mtranslate",
    }
