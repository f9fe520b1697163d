"""The public names of `spanferry`, which are imported at their first use."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import spanferry

SLOW = ("torch", "transformers", "pyarrow", "datasets", "numpy", "huggingface_hub")


def run_python(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", spanferry.__all__)
def test_every_public_name_exists(name: str) -> None:
    value = getattr(spanferry, name)
    if name != "__version__":
        assert value.__name__ == name
        assert value.__module__.startswith("spanferry.")
        assert value.__doc__
    assert name in dir(spanferry)


def test_the_type_checker_sees_the_names_that_are_imported_lazily() -> None:
    source = Path(spanferry.__file__).read_text(encoding="utf-8")
    declared = source[source.index("if TYPE_CHECKING:") : source.index("__all__ = ")]
    assert [name for name in spanferry.__all__ if name not in declared] == []
    assert {*spanferry._MODULES, "__version__"} == set(spanferry.__all__)


def test_an_unknown_name_is_an_attribute_error_and_a_module_can_be_imported() -> None:
    with pytest.raises(AttributeError, match="module 'spanferry' has no attribute 'nothing'"):
        _ = spanferry.nothing
    from spanferry import errors

    assert errors.InputError.__module__ == "spanferry.errors"


def test_the_version_is_that_of_the_installed_package() -> None:
    assert spanferry.__version__ == version("spanferry")


@pytest.mark.parametrize("module", ["spanferry", "spanferry.records", "spanferry.errors"])
def test_importing_the_package_imports_nothing_slow(module: str) -> None:
    program = f"import sys, {module}; print([name for name in {SLOW} if name in sys.modules])"
    assert run_python(program) == "[]\n"


@pytest.mark.parametrize("name", ["read_squad", "write_squad", "locate_answer"])
def test_names_that_need_no_model_do_not_import_torch(name: str) -> None:
    program = f"import sys; from spanferry import {name}; print('torch' in sys.modules, 'transformers' in sys.modules)"
    assert run_python(program) == "False False\n"
