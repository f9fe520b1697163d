"""Show statistics of the translation memory, import and export TMX files, or release the quarantine."""

import json
import sys
from pathlib import Path

import click
from msgspec import to_builtins

from spanferry.cli.corpus_session import MEMORY
from spanferry.cli.support import Command, command_name, print_summary, say_line
from spanferry.config import Languages, Params, read_params
from spanferry.errors import ParamsError
from spanferry.printing import plural, printable, printable_json
from spanferry.translation.engines.registry import DEFAULT_SETTINGS, build_translator
from spanferry.translation.memory.exchange import export_tmx, import_tmx
from spanferry.translation.memory.passed_over import describe_passed_over, why_nothing
from spanferry.translation.memory.statistics import ScopeStatistics, read_memory_statistics
from spanferry.translation.memory.store import Scope, release_quarantine

MIB = 1 << 20
translator_option = click.option(
    "--translator", help="The name of a translator in params.yaml, or an identity that `memory stats` prints."
)
corpus_option = click.option("--corpus", help="The corpus whose languages, and whose translator, are meant.")


@click.group(name="memory", help=__doc__)
def memory() -> None:
    pass


@memory.command(
    "import", cls=Command, example="spanferry memory import old.tmx --corpus squad2 --translator mtranslate"
)
@click.argument("file", type=click.Path(path_type=Path))
@corpus_option
@translator_option
def import_command(file: Path, corpus: str | None, translator: str | None) -> None:
    """Import the translations of a TMX file into the memory, as if the translator had made them.

    Name the translator, or the corpus whose translator it is. They replace existing translations of the same texts. For
    a corpus that is already built, run `dvc repro -f translate@CORPUS` to use them. Units without a translation between
    the two languages are passed over and counted by reason. If the file has no other units, the exit code is 1.
    """
    params = read_params()
    if corpus is None and translator is None:
        known = ", ".join(DEFAULT_SETTINGS | params.translators)
        raise ParamsError(
            "nothing was imported, because it is not known whose translations they are; "
            f"give --translator ({known}) or --corpus"
        )
    scope = find_scope(params, corpus, translator)
    result = import_tmx(MEMORY, scope, file)
    passed_over = describe_passed_over(result.passed_over)
    if result.brought_nothing:
        why = why_nothing(scope.source, scope.target, result.passed_over)
        say_line(command_name(), f"{file}: nothing was imported, because {why}")
        sys.exit(1)
    counts = f"{result.new:,} new, {result.replaced:,} replaced, {result.same:,} unchanged"
    told = "; ".join(filter(None, [f"{counts} translations", describe_scope(scope), passed_over]))
    print_summary(command_name(), told)


@memory.command("export", cls=Command, example="spanferry memory export squad2.tmx --corpus squad2")
@click.argument("file", type=click.Path(path_type=Path))
@corpus_option
@translator_option
def export_command(file: Path, corpus: str | None, translator: str | None) -> None:
    """Export the translations of a translator as TMX 1.4, sorted by text."""
    scope = find_scope(read_params(), corpus, translator)
    count = export_tmx(MEMORY, scope, file)
    print_summary(command_name(), f"{plural(count, 'translation')} written to {file}; {describe_scope(scope)}")


@memory.command("stats", cls=Command, example="spanferry memory stats")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def stats_command(as_json: bool) -> None:
    """Print the numbers of translations in the memory, by translator and languages."""
    statistics = read_memory_statistics(MEMORY)
    if as_json:
        click.echo(printable_json(json.dumps(to_builtins(statistics), ensure_ascii=False, indent=2)))
        return
    if not statistics.records and not statistics.scopes:
        print_summary(command_name(), f"there are no translations in {MEMORY}/ yet; a build stores them there")
    for scope in statistics.scopes:
        click.echo(describe_statistics(scope))
    if statistics.bytes:
        click.echo(
            f"{plural(statistics.records, 'record')}, {statistics.bytes / MIB:,.1f} MiB in {printable(str(MEMORY))}/"
        )
    if statistics.damage:
        click.echo(printable(statistics.damage))


@memory.command("release", cls=Command, example="spanferry memory release")
def release_command() -> None:
    """Empty the quarantine, so that the next run sends the texts that were given up again.

    DVC does not notice the change: for a corpus that is already built, run
    `dvc repro -f translate@CORPUS rescue@CORPUS`.
    """
    count = release_quarantine(MEMORY)
    advice = "; `dvc repro -f translate@CORPUS rescue@CORPUS` sends them again" if count else ""
    print_summary(command_name(), f"{plural(count, 'text')} released from quarantine{advice}")


def describe_statistics(statistics: ScopeStatistics) -> str:
    """Return the figures of a scope on one line."""
    parts = [
        f"{describe_scope(statistics.scope)}: {plural(statistics.translations, 'translation')}",
        f"{statistics.characters:,} characters into {statistics.translated_characters:,}",
    ]
    if statistics.quarantine:
        failures = ", ".join(f"{failure} {count:,}" for failure, count in statistics.quarantine.items())
        parts.append(f"in quarantine: {failures}")
    return "; ".join(parts)


def describe_scope(scope: Scope) -> str:
    """Return the translator and the languages of a scope for the terminal."""
    return printable(f"{scope.translator}, {scope.source} to {scope.target}")


def find_scope(params: Params, corpus: str | None, translator: str | None) -> Scope:
    """Return the scope that --corpus and --translator choose, by default the only one of all corpora.

    Raises ParamsError if the corpora have several scopes or none, and for a translator whose translations the memory
    does not store.
    """
    scopes = {
        Scope(identity, languages.source, languages.target)
        for name, languages in find_users(params, corpus, translator)
        if (identity := find_identity(params, name, languages))
    }
    if len(scopes) == 1:
        return scopes.pop()
    if corpus or (translator and not scopes):
        chosen = f"--translator {translator}" if translator else f"--corpus {corpus}"
        raise ParamsError(f"{chosen}: the memory does not store what this translator gives; choose another")
    if len({scope.translator for scope in scopes}) == 1:
        known = ", ".join(sorted(f"{scope.source} to {scope.target}" for scope in scopes))
        raise ParamsError(f"--corpus: required, because the corpora are in several languages ({known})")
    known = ", ".join(DEFAULT_SETTINGS | params.translators)
    raise ParamsError(f"--translator: required, because the corpora use several translators or none (known: {known})")


def find_users(params: Params, corpus: str | None, translator: str | None) -> list[tuple[str, Languages]]:
    """Return the translator and the languages of each corpus that the options choose.

    A translator that no corpus uses is taken to translate between the languages of section `language`.
    """
    if corpus and translator:
        return [(translator, params.languages(corpus))]
    chosen = [corpus] if corpus else list(params.corpora)
    users = [(engine, params.languages(name)) for name in chosen if (engine := params.corpus(name).translator)]
    if translator:
        matching = [user for user in users if translator in (user[0], find_identity(params, *user))]
        return matching or [(translator, params.language)]
    return users


def find_identity(params: Params, name: str, languages: Languages) -> str | None:
    """Return the identity of a translator; None if the memory does not store its translations.

    name: the name of an engine or of an entry of `translators`, or an identity of which the memory has translations.
    Raises ParamsError for any other name.
    """
    pair = languages.source, languages.target
    try:
        engine = build_translator(name, params.translators, pair, params.translate, {}, MEMORY)
    except ParamsError:
        if MEMORY.exists() and any(name == scope.scope.translator for scope in read_memory_statistics(MEMORY).scopes):
            return name
        raise
    return None if engine.trusted else engine.identity
