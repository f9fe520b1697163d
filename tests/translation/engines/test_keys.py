"""The key of a service is never printed and never written, even if the service repeats it in its errors."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from ruamel.yaml import YAML
from spanferry import tables
from spanferry.cli import main as spanferry
from spanferry.errors import TranslationError
from spanferry.records import TranslationRow
from spanferry.translation.engines.keys import read_key

import stages.clean
import stages.locate
import stages.rescue
import stages.segment
import stages.translate
from tests.stages.test_interruption import TRANSLATE
from tests.stages.test_rescue import RESCUE
from tests.support.behaviours import environment
from tests.support.chain import CLEAN, LOCATE
from tests.support.interfaces import KEY, SERVICES, Fault, Interface, serve
from tests.support.small_squad import PARAMS, lay_out
from tests.support.standin import dutch

REFUSED = "Who was its captain?"
LEAKED = "Who built it?"  # its translation always has the key
KEYED = [name for name, service in SERVICES.items() if service.key_variable]


def write_params(interface: Interface) -> None:
    with Path("params.yaml").open("w", encoding="utf-8") as file:
        file.write(PARAMS.replace("translator: identity", "translator: service"))
        YAML().dump({"translators": {"service": interface.settings()}, "translate": {"attempts": 2}}, file)


def holders(folder: Path) -> list[str]:
    """Return the files that contain the key."""
    return [
        str(path) for path in folder.rglob("*") if path.is_file() and KEY.lower().encode() in path.read_bytes().lower()
    ]


@pytest.mark.parametrize("name", KEYED)
def test_a_key_is_in_no_output_and_no_file(name, workdir, run, capfd):
    results: list[Result] = []

    def stage(command: Callable[..., object], *arguments: object) -> Result:
        results.append(run(command, *arguments))
        return results[-1]

    def answer(text: str, n: int) -> str | Fault:
        if text == LEAKED:
            return f"{dutch(text)} ({KEY.upper() if n % 2 else KEY})"
        return Fault.REFUSED if text == REFUSED else Fault.OVERLOADED if n == 1 and "steam" in text else dutch(text)

    lay_out(workdir)
    assert stage(stages.segment.main, "--corpus", "small", "--source", ".", "--out", "segments").exit_code == 0
    with serve(SERVICES[name](answer)) as interface, environment(interface):
        interface.echoes_key = True
        write_params(interface)
        assert stage(stages.translate.main, *TRANSLATE).exit_code == 0
        assert stage(stages.locate.main, *LOCATE).exit_code == 0
        assert stage(stages.rescue.main, *RESCUE).exit_code == 0
        assert stage(stages.clean.main, *CLEAN).exit_code == 0
        assert stage(spanferry, "memory", "stats").exit_code == 0
    rows = tables.read(Path("translations.parquet"), TranslationRow).to_pylist()
    reasons = {row["text"]: row["reason"] for row in rows}
    assert (reasons[REFUSED], reasons[LEAKED]) == ("refused", "refused")
    with serve(SERVICES[name](lambda text, n: Fault.UNAUTHORIZED)) as interface, environment(interface):
        write_params(interface)
        Path("memory/translations.jsonl").unlink()
        for earlier in ("translations.parquet", "marked.parquet"):
            Path(earlier).unlink()
        failed = stage(stages.translate.main, *TRANSLATE)
        assert failed.exit_code == 2
        assert interface.key_variable in failed.stderr or "HTTP" in failed.stderr
    printed = "".join(result.output for result in results) + "".join(capfd.readouterr())
    assert KEY.lower() not in printed.lower()
    assert holders(workdir) == []
    assert len(list(workdir.rglob("*"))) > 15


@pytest.mark.parametrize("key", ["first line\nsecond line", "with space", "ké", "\x07bell"])
def test_a_key_that_a_library_would_refuse_and_print_is_refused_without_it(monkeypatch, key):
    monkeypatch.setenv("SOME_KEY", key)
    with pytest.raises(TranslationError) as raised:
        read_key("SOME_KEY")
    assert str(raised.value) == "the environment variable SOME_KEY is no key: use printable ASCII without white space"
