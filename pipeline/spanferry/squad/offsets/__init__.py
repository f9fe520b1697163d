"""Systematic errors in the offsets of a file: recognised, repaired, and told.

Document ──repair_offsets──> RepairedDocument (the document, the repairs, the causes)
"""

from spanferry.squad.offsets.recognition import Cause, Mismatch, Recognition, is_mismatch, recognise
from spanferry.squad.offsets.repair import (
    AnswerKey,
    Part,
    RepairedDocument,
    Repairs,
    describe_recognition,
    repair_offsets,
)

__all__ = [
    "AnswerKey",
    "Cause",
    "Mismatch",
    "Part",
    "Recognition",
    "RepairedDocument",
    "Repairs",
    "describe_recognition",
    "is_mismatch",
    "recognise",
    "repair_offsets",
]
