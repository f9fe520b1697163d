"""Detects messages that a service returns instead of a translation: captchas, error pages, remarks of a model."""

from dataclasses import dataclass

import regex

from spanferry.records import CheckFailure


@dataclass(frozen=True, slots=True)
class MessagePattern:
    """A kind of message.

    keywords: each match of the pattern contains one of them. This cheap test saves the search for most answers.
    """

    failure: CheckFailure
    keywords: tuple[str, ...]
    pattern: regex.Pattern[str]


# All patterns are matched against lower-cased text.
PATTERNS = (
    MessagePattern(
        CheckFailure.CAPTCHA,
        ("captcha", "traffic", "robot", "systems", "before you", "verify", "javascript"),
        regex.compile(
            r"captcha|unusual traffic|not a robot|our systems have detected|before you continue to"
            r"|verify you are human|enable javascript"
        ),
    ),
    # deep-translator #282: "Error 500 (Server Error)!!1500.That's an error." was returned as the translation.
    MessagePattern(
        CheckFailure.ERROR_PAGE,
        ("error", "all we know", "gateway", "unavailable", "too many", "<!doctype", "<html"),
        regex.compile(
            r"\berror \d{3}\b|\(server error\)|that.s an error|that.s all we know|bad gateway|service unavailable"
            r"|internal server error|gateway time-?out|too many requests|<!doctype|<html"
        ),
    ),
    # A text may contain instructions that keep a language model from translating (see benchmarks/injection.py).
    MessagePattern(
        CheckFailure.CHAT,
        ("translat", "note:", "sorry", "cannot", "can't", "can\u2019t", "unable", "language model", "an ai"),
        regex.compile(
            r"here(?:.s| is)(?: the| your| a)? translat|\btranslat\w+:|\(note:|\bi.m sorry|\bi am sorry|\bas an ai\b"
            r"|\bi (?:cannot|can.t|am unable to) (?:help|assist|translate|comply)|large language model"
        ),
    ),
)


def find_service_message(text: str, answer: str) -> CheckFailure | None:
    """Return the failure for the service message that an answer contains, or None.

    A message is allowed in the answer if the text itself contains one of the same kind.
    """
    lowered = answer.lower()
    for message in PATTERNS:
        if (
            any(map(lowered.__contains__, message.keywords))
            and message.pattern.search(lowered)
            and not message.pattern.search(text.lower())
        ):
            return message.failure
    return None
