"""Damage in a translation: repetitions, leftover markers, entities, markup, service messages, damaged characters."""

import re

from spanferry.squad.validation import text_rules
from spanferry.translation.checks.markup import adds_markup
from spanferry.translation.checks.repetition import repeats_itself
from spanferry.translation.checks.script import has_foreign_letters
from spanferry.translation.checks.service_messages import find_service_message
from spanferry.translation.checks.truncation import is_truncated

_SIGNS = re.compile(r"[<>\[\]{}&@•⟦⟧]|://|[^\S ]")
# Each leftover marker, entity and tag has one of _SIGNS.
_MARKUP_RULES = (text_rules.leftover_marker, text_rules.html_entity, text_rules.html_tag)


def find_damage(source: str, target: str, kind: str, language: str) -> str | None:
    """Return what is damaged in a translation, as the end of "the question ...", or None.

    kind: a `Kind`. language: code of the target language. Invisible characters are left out (`find_invisible`).
    """
    if not target.strip():
        return "has no translation"
    if repeats_itself(source, target):
        return "repeats itself"
    has_signs = _SIGNS.search(target) is not None
    if (has_signs or not target.isprintable()) and adds_markup(source, target, kind):
        return "has markup, brackets or control characters that the source lacks"
    rules = (*(_MARKUP_RULES if has_signs else ()), text_rules.engine_message)
    for rule in rules if target.isascii() else (*rules, text_rules.damaged_encoding):
        if (found := rule(target)) and not rule(source):
            return f"has {found}, which the source lacks"
    if find_service_message(source, target):
        return "has a message of the translation service"
    if has_foreign_letters(source, target, language):
        return "has letters of another script"
    return None


def find_invisible(source: str, target: str) -> str | None:
    """Return the invisible character of a translation, as the end of "the question ...", or None."""
    if target.isprintable() or not (found := text_rules.invisible_character(target)):
        return None
    return None if text_rules.invisible_character(source) else f"has {found}, which the source lacks"


def ends_early(source: str, target: str, kind: str) -> bool:
    """Return whether the end of a translation is missing, or a bracket that closes."""
    return is_truncated(source, target, kind)
