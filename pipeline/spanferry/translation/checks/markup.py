"""Detects tags, entities, brackets, addresses and control characters that an engine has added."""

import re

import regex

from spanferry.translation.checks.kinds import MARKED

TAG = regex.compile(r"<\s*(/?)\s*([A-Za-z!][^\s<>/]*)[^<>]*>")
ENTITY = regex.compile(r"&\s?(?:[A-Za-z][A-Za-z0-9]{1,30}|#\s?[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
BRACKETS = "<>[]{}"
# Control characters except tabs and line ends, and characters that change the direction of text.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def adds_markup(text: str, answer: str, kind: str) -> bool:
    """Return whether an answer has tags, entities, brackets, addresses or control characters that its text lacks."""
    allowed = 2 if kind == MARKED else 1  # an engine may double the markers
    if any(answer.count(bracket) > allowed * text.count(bracket) for bracket in BRACKETS):
        return True
    if "<" in answer and tag_names(answer) - tag_names(text):
        return True
    if "://" in answer and answer.count("://") > text.count("://"):
        return True
    if not answer.isprintable() and set(CONTROL.findall(answer)) - set(text):
        return True
    return "&" in answer and bool(set(ENTITY.findall(answer)) - set(ENTITY.findall(text)))


def tag_names(text: str) -> set[str]:
    """Return the names of the tags in a text. White space inside a tag, which engines add, is ignored."""
    return {name.lower() for _, name in TAG.findall(text)}
