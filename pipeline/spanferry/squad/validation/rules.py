"""All validation rules: those that a SQuAD file must obey (errors), and those that it should obey (warnings)."""

import json

from spanferry.squad.validation.answer_rules import ANSWER_RULES
from spanferry.squad.validation.format_rules import FORMAT_RULES
from spanferry.squad.validation.registry import Check, Level, Rule
from spanferry.squad.validation.text_rules import TEXT_RULES
from spanferry.squad.validation.untranslated import UNTRANSLATED_RULES

RULES: dict[str, Rule] = {rule.name: rule for rule in (*FORMAT_RULES, *ANSWER_RULES, *TEXT_RULES, *UNTRANSLATED_RULES)}
"""Name -> rule, in the order in which findings are shown."""

NamedChecks = tuple[tuple[str, Check], ...]


def checks_at(level: Level) -> NamedChecks:
    """Return the (rule name, check) pairs of a level."""
    return tuple((rule.name, rule.check) for rule in RULES.values() if rule.level == level and rule.check)


def rules_as_markdown() -> str:
    """Return the rules as a Markdown table."""
    head = "| rule | severity | looks at | meaning |\n|---|---|---|---|\n"
    rows = (f"| `{rule.name}` | {rule.severity} | {rule.level} | {rule.meaning} |\n" for rule in RULES.values())
    return head + "".join(rows)


def rules_as_json() -> str:
    """Return the rules as a JSON list, with the keys rule, severity, looks_at and meaning."""
    rows = [
        {"rule": rule.name, "severity": rule.severity, "looks_at": rule.level, "meaning": rule.meaning}
        for rule in RULES.values()
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)
