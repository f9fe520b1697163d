"""Validate SQuAD files, of this project or of any other.

registry     the definition of a rule
*_rules      the rules, one function each; `untranslated` has the rules about leftover English
rules        all rules, in the order in which they are shown
sources      JSON, parquet or a document in memory, read in `chunks`
validator    applies the rules and returns a `report`
"""

from spanferry.squad.validation.chunks import NotSquad
from spanferry.squad.validation.registry import Severity
from spanferry.squad.validation.report import Finding, ValidationReport
from spanferry.squad.validation.validator import validate, validate_document, validate_file

__all__ = ["Finding", "NotSquad", "Severity", "ValidationReport", "validate", "validate_document", "validate_file"]
