"""The live translation memory: what it holds, in and out as TMX."""

import json
from pathlib import Path

import click
from msgspec import to_builtins

from spanferry.cli.corpus_session import MEMORY
from spanferry.cli.support import Command
from spanferry.config import Params, read_params
from spanferry.errors import ParamsError
from spanferry.printing import printable, printable_json
from spanferry.translation.engines.registry import DEFAULTS, build
from spanferry.translation.memory.statistics import ScopeStatistics, export_tmx, import_tmx, memory_statistics
from spanferry.translation.memory.store import Scope
from spanferry.translation.memory.store import release as released

MIB = 1 << 20
translator_option = click.option("--translator", help="Whose translations: a name in params.yaml, or as stats tells.")


@click.group(name="memory", help=__doc__)
def memory() -> None:
    pass


@memory.command("import", cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@translator_option
def import_command(file: Path, translator: str | None) -> None:
    """Puts a TMX file's translations into the memory, as if the translator had given them.

    They replace what the memory holds for the same texts. A corpus that is built already takes them up
    with `dvc repro -f translate@CORPUS`.
    """
    scope = scope_of(read_params(), translator)
    done = import_tmx(MEMORY, scope, file)
    click.echo(f"memory: {done.new:,} new, {done.replaced:,} replaced, {done.same:,} held already; {told(scope)}")


@memory.command("export", cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@translator_option
def export_command(file: Path, translator: str | None) -> None:
    """Writes a translator's translations as TMX 1.4, sorted by text."""
    scope = scope_of(read_params(), translator)
    count = export_tmx(MEMORY, scope, file)
    click.echo(f"memory: {count:,} translations written to {printable(str(file))}; {told(scope)}")


@memory.command("stats", cls=Command)
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
def stats_command(as_json: bool) -> None:
    """Says what the memory holds, by translator and languages."""
    found = memory_statistics(MEMORY)
    if as_json:
        click.echo(printable_json(json.dumps(to_builtins(found), ensure_ascii=False, indent=2)))
        return
    for holding in found.scopes:
        click.echo(line(holding))
    click.echo(f"{found.records:,} records, {found.bytes / MIB:,.1f} MiB in {printable(str(MEMORY))}/")
    if found.damage:
        click.echo(printable(found.damage))


@memory.command("release", cls=Command)
def release_command() -> None:
    """Empties the quarantine, so that the next run asks again for the texts that were given up.

    DVC does not know of it: a corpus that is built already asks again with
    `dvc repro -f translate@CORPUS rescue@CORPUS`.
    """
    count = released(MEMORY)
    again = "; `dvc repro -f translate@CORPUS rescue@CORPUS` asks for them again" if count else ""
    click.echo(f"memory: {count:,} texts are released from quarantine{again}")


def line(holding: ScopeStatistics) -> str:
    """One scope's figures in a line."""
    words = [
        f"{told(holding.scope)}: {holding.translations:,} translations",
        f"{holding.characters:,} characters into {holding.translated_characters:,}",
    ]
    if holding.quarantine:
        faults = ", ".join(f"{fault} {count:,}" for fault, count in holding.quarantine.items())
        words.append(f"in quarantine: {faults}")
    return "; ".join(words)


def told(scope: Scope) -> str:
    return printable(f"{scope.translator}, {scope.source} to {scope.target}")


def scope_of(params: Params, translator: str | None) -> Scope:
    """The scope that --translator stands for; without it, that of the one translator the corpora use."""
    languages = params.language.source, params.language.target
    names = [translator] if translator else [corpus.translator for corpus in params.corpora.values()]
    identities = {remembered(params, name) for name in names if name} - {None}
    if not translator and len(identities) != 1:
        raise ParamsError(f"--translator: say whose translations (known: {', '.join(DEFAULTS | params.translators)})")
    if not identities:
        raise ParamsError(f"--translator {translator}: the memory keeps none of its translations")
    return Scope(identities.pop(), *languages)


def remembered(params: Params, name: str) -> str | None:
    """The identity of a translator whose translations the memory keeps; None for the others.

    name: of an engine or an entry of `translators`, or the identity itself of one that the memory holds.
    """
    languages = params.language.source, params.language.target
    try:
        engine = build(name, params.translators, languages, params.translate, {})
    except ParamsError:
        if MEMORY.exists() and any(name == holding.scope.translator for holding in memory_statistics(MEMORY).scopes):
            return name
        raise
    return None if engine.trusted else engine.identity
