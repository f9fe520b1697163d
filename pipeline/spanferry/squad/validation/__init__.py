"""Validate SQuAD files, of this project or of any other.

registry     the definition of a rule
*_rules      the rules, one function each; `untranslated` has the rules about leftover English
rules        all rules, in the order in which they are shown
validator    applies the rules to what the reader (`squad.reader`) returns, and makes a `report`
"""

from spanferry.squad.validation.registry import Severity
from spanferry.squad.validation.report import Finding, ValidationReport
from spanferry.squad.validation.validator import validate, validate_file, validate_reading

__all__ = ["Finding", "Severity", "ValidationReport", "validate", "validate_file", "validate_reading"]
