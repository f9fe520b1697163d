"""Checks that a build can run here: environment, settings, inputs, services, models and memory.

Each check gives one `Finding`, with the remedy if something is wrong. Nothing is downloaded or translated, and keys are
never shown.
"""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Literal
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from msgspec import Struct

from spanferry.config import Params, read_params
from spanferry.errors import READER_PACKAGES, InputError, ParamsError, TranslationError, single_line
from spanferry.pretrained import find_model
from spanferry.printing import plural
from spanferry.project.corpora import is_local
from spanferry.project.files import REQUIREMENTS, pinned_version
from spanferry.translation.engines.keys import read_key
from spanferry.translation.engines.registry import find_settings
from spanferry.translation.engines.services import Service, service_of
from spanferry.translation.memory.statistics import read_memory_statistics
from spanferry.translation.memory.tmx import read_tmx
from spanferry.translation.settings import CheckpointSettings
from spanferry.yaml_files import read_yaml

OLDEST_PYTHON = (3, 11)
TIMEOUT_S = 5.0  # of each request to a service
GIB = 1 << 30
LITTLE_SPACE, NO_SPACE = 5 * GIB, GIB // 4
"""Bytes. A build of SQuAD2.0 with a reader takes some GiB, that of a small corpus some MiB."""

HUB = "https://huggingface.co"
Status = Literal["ok", "warning", "problem"]


class Finding(Struct, frozen=True):
    """The result of a check. A problem stops a build; a warning may. remedy: what to do, empty if all is well."""

    check: str
    status: Status
    found: str
    remedy: str = ""


def check_project(folder: Path, memory: Path) -> Iterator[Finding]:
    """Yield the findings of all checks of a project, which is the working directory.

    memory: the folder of the translation memory.
    """
    yield check_python()
    yield check_stage_python(folder)
    yield check_version(folder)
    yield from check_dvc(folder)
    yield check_disk(folder)
    try:
        params = read_params(folder / "params.yaml")
    except ParamsError as error:
        yield Finding("params.yaml", "problem", single_line(error), "correct it; the other checks need it")
        return
    corpora, runs = len(params.build.corpora), len(params.build.runs)
    built = f"{corpora} {'corpus' if corpora == 1 else 'corpora'} and {plural(runs, 'run')}"
    if params.build.corpora or params.build.runs:
        yield Finding("params.yaml", "ok", f"valid; builds {built}")
    else:
        yield Finding("params.yaml", "warning", "valid, but builds nothing", "spanferry new corpus NAME")
    yield from check_inputs(params)
    services = find_services(params)
    yield from check_packages(params, services)
    yield from check_keys(services)
    yield from check_network(params, services)
    yield from check_models(params)
    yield from check_memory(params, memory)


def check_python() -> Finding:
    """Check the version of Python."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= OLDEST_PYTHON:
        return Finding("python", "ok", found)
    return Finding("python", "problem", found, "install Python 3.11 or newer")


def check_stage_python(folder: Path) -> Finding:
    """Check that the Python with which stages/run starts stages has the library."""
    own = folder / ".venv/bin/python"
    python = str(own) if own.exists() else shutil.which("python3")
    name, remedy = "stages", "activate the environment in which spanferry is installed, or link it as .venv"
    if python is None:
        return Finding(name, "problem", "there is no python3 on the PATH", remedy)
    import_it = "import spanferry; print(spanferry.__version__)"
    process = subprocess.run([python, "-c", import_it], cwd=folder, capture_output=True, text=True, check=False)
    if process.returncode:
        return Finding(name, "problem", f"{python}, which runs the stages, has no spanferry", remedy)
    return Finding(name, "ok", f"{python} has spanferry {process.stdout.strip()}")


def check_version(folder: Path) -> Finding:
    """Check that requirements.txt pins the installed version, on which the stages of a new project depend."""
    installed, pinned = version("spanferry"), pinned_version(folder)
    if pinned in (None, installed):
        return Finding("version", "ok", f"spanferry {installed}")
    return Finding(
        "version",
        "problem",
        f"spanferry {installed} is installed, but {REQUIREMENTS} has {pinned}",
        f"pip install -r {REQUIREMENTS}, or write {installed} there; all stages then run again",
    )


def check_dvc(folder: Path) -> Iterator[Finding]:
    """Check that DVC's files are there and whole."""
    for name, remedy in {"dvc.yaml": "cd into a project, or start one: spanferry init", ".dvc": "dvc init"}.items():
        if not (folder / name).exists():
            yield Finding("dvc", "problem", f"there is no {name} in {folder.resolve()}", remedy)
            return
    damaged: list[str] = []
    try:
        if (lock := folder / "dvc.lock").exists():
            read_yaml(lock)
        if (locks := folder / ".dvc/tmp/rwlock").exists():
            json.loads(locks.read_bytes() or b"{}")
    except ParamsError as error:
        damaged.append(single_line(error))
    except ValueError:
        damaged.append(".dvc/tmp/rwlock is truncated")
    if damaged:
        yield Finding("dvc", "problem", "; ".join(damaged), "spanferry mend")
    else:
        yield Finding("dvc", "ok", f"dvc {version('dvc')}; its files are whole")


def check_disk(folder: Path) -> Finding:
    """Check the free space."""
    free = shutil.disk_usage(folder).free
    found = f"{free / GIB:,.1f} GiB free"
    if free >= LITTLE_SPACE:
        return Finding("disk", "ok", found)
    return Finding("disk", "problem" if free < NO_SPACE else "warning", found, "free some space, or `dvc gc -w`")


def check_inputs(params: Params) -> Iterator[Finding]:
    """Check that the local files of the corpora to build exist."""
    for name in params.build.corpora:
        corpus = params.corpus(name)
        gold = corpus.gold_location(params.languages(name).target)
        locations = {key: getattr(corpus, key) for key in ("train", "dev", "memory", "verdicts")} | {"gold": gold}
        local = {key: location for key, location in locations.items() if location and is_local(location)}
        missing = {key: location for key, location in local.items() if not Path(location).exists()}
        for key, location in missing.items():
            remedy = f"put the file there, or change corpora.{name}.{key} in params.yaml"
            yield Finding(f"inputs of {name}", "problem", f"{key}: there is no file {location}", remedy)
        if local and not missing:
            yield Finding(f"inputs of {name}", "ok", ", ".join(local.values()))


def find_services(params: Params) -> dict[str, Service]:
    """Return what the translator of each corpus to build needs, by its name in params.yaml."""
    names = [params.corpus(name).translator for name in params.build.corpora]
    return {name: service_of(find_settings(name, params.translators)) for name in names if name}


def check_packages(params: Params, services: dict[str, Service]) -> Iterator[Finding]:
    """Check that optional packages and programs are installed where something needs them."""
    needed = {(package, service.extra): name for name, service in services.items() for package in service.packages}
    if params.build.runs:
        needed |= {(package, "reader"): f"runs.{params.build.runs[0]}" for package in sorted(READER_PACKAGES)}
    if params.align.encoder:
        needed |= {(package, "reader"): "align.encoder" for package in ("torch", "transformers")}
    missing = {need: user for need, user in needed.items() if importlib.util.find_spec(need[0]) is None}
    for (package, extra), user in missing.items():
        yield Finding("packages", "problem", f"{user} needs {package}", f"pip install 'spanferry[{extra}]'")
    for name, service in services.items():
        if service.program and shutil.which(service.program) is None:
            yield Finding(
                "packages", "problem", f"{name} needs {service.program}", f"apt-get install {service.program}"
            )
    if not missing:
        yield Finding("packages", "ok", f"all that the build needs{' beside the core' if needed else ''}")


def check_keys(services: dict[str, Service]) -> Iterator[Finding]:
    """Check that the keys of the services are in the environment. They are not sent."""
    for name, service in services.items():
        if service.key_variable is None:
            continue
        try:
            read_key(service.key_variable)
        except TranslationError as error:
            yield Finding(f"key of {name}", "problem", single_line(error), f"export {service.key_variable}=...")
        else:
            yield Finding(f"key of {name}", "ok", f"{service.key_variable} is set")


def check_network(params: Params, services: dict[str, Service]) -> Iterator[Finding]:
    """Check that each service and each host that the build reads from answers within seconds.

    It is a warning only if the build has what it would get there: the fetched files, or the translations.
    """
    hosts: dict[str, list[tuple[str, bool]]] = {}  # URL -> (who needs it, whether it is there already)
    for name in params.build.corpora:
        corpus, data = params.corpus(name), Path("data", name)
        if corpus.translator and (url := services[corpus.translator].url):
            hosts.setdefault(url, []).append((corpus.translator, (data / "asked.parquet").exists()))
        for key, location in corpus.locations().items():
            if not is_local(location):
                host = HUB if location.startswith("hf:") else "{0.scheme}://{0.netloc}".format(urlsplit(location))
                hosts.setdefault(host, []).append((f"corpora.{name}.{key}", (data / f"source/{key}.json").exists()))
    for host, users in hosts.items():
        needed_by = ", ".join(dict.fromkeys(user for user, _ in users))
        if (problem := unreachable(host)) is None:
            yield Finding(f"network to {urlsplit(host).netloc}", "ok", f"answers; for {needed_by}")
        else:
            status: Status = "warning" if all(is_there for _, is_there in users) else "problem"
            remedy = "check the network, the proxy (http_proxy, https_proxy) and the address in params.yaml"
            yield Finding(f"network to {urlsplit(host).netloc}", status, f"{problem}; for {needed_by}", remedy)


def unreachable(url: str) -> str | None:
    """Return why a server does not answer, or None. Every answer counts, such as an HTTP error."""
    try:
        with urlopen(Request(url, method="HEAD"), timeout=TIMEOUT_S):
            return None
    except HTTPError as error:
        error.close()
        # A proxy answers 502 to 504 for a server that it cannot reach.
        return f"HTTP {error.code}" if error.code in (502, 503, 504) else None
    except URLError as error:
        reason = error.reason
        return " ".join(str(getattr(reason, "strerror", None) or reason).split())
    except (OSError, ValueError) as error:
        return single_line(error)


def check_models(params: Params) -> Iterator[Finding]:
    """Check that the models of the build are here, or can be downloaded."""
    wanted: dict[tuple[str, str | None, str], str] = {}
    if (encoder := params.align.encoder) is not None:
        wanted[encoder.model, encoder.revision, "safetensors"] = "align.encoder"
    for name in params.build.corpora:
        translator = params.corpus(name).translator
        settings = find_settings(translator, params.translators) if translator else None
        if isinstance(settings, CheckpointSettings):
            wanted[settings.model, settings.revision, settings.weights] = f"translators.{translator}"
    for name in params.build.runs:
        base = params.run(name).base
        if base.model is not None:
            wanted[base.model, base.revision, base.weights] = f"runs.{name}"
    for (model, revision, weights), user in wanted.items():
        try:
            source = find_model(model, revision, weights)
        except InputError as error:
            yield Finding(f"model of {user}", "problem", single_line(error), "correct the name in params.yaml")
            continue
        if source is not None:
            yield Finding(f"model of {user}", "ok", f"{model} is on this machine")
        elif (problem := unreachable(HUB)) is None:
            yield Finding(f"model of {user}", "ok", f"{model} will be downloaded; the Hub answers")
        else:
            remedy = "connect once to download it, or give the folder of a model"
            yield Finding(f"model of {user}", "problem", f"{model} is not here, and the Hub: {problem}", remedy)


def check_memory(params: Params, memory: Path) -> Iterator[Finding]:
    """Check that the translation memory and the corpora's TMX files can be read."""
    try:
        statistics = read_memory_statistics(memory)
    except (OSError, InputError) as error:
        yield Finding("memory", "problem", single_line(error), f"restore {memory}/ from a copy, or remove it")
    else:
        if statistics.damage:
            yield Finding("memory", "warning", statistics.damage, "the next build repairs it")
        else:
            yield Finding("memory", "ok", f"{sum(scope.translations for scope in statistics.scopes):,} translations")
    for name in params.build.corpora:
        location, languages = params.corpus(name).memory, params.languages(name)
        if not location or not is_local(location) or not Path(location).exists():
            continue
        remedy = f"correct the file, or change corpora.{name}.memory in params.yaml"
        try:
            pairs = sum(1 for _ in read_tmx(Path(location), languages.source, languages.target))
        except (OSError, InputError) as error:
            yield Finding(f"memory of {name}", "problem", single_line(error), remedy)
            continue
        found = f"{location}: {pairs:,} translations from {languages.source} to {languages.target}"
        yield Finding(f"memory of {name}", "ok" if pairs else "problem", found, "" if pairs else remedy)
