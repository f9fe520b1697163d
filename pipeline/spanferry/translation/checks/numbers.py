"""Detects numbers of the text that are missing from the answer."""

import regex

NUMBER = regex.compile(r"\d(?:[\d.,\u00a0\u202f\u2009]*\d)?")
HOUR = regex.compile(r"\d\s?[ap]\.?m\b", regex.I)
MAX_SPELLED_DIGITS = 2  # "12" may become "twaalf"


def loses_number(text: str, answer: str) -> bool:
    """Return whether a number of the text is missing from the answer.

    Accepted: 1,000 as 1.000; 1,160,000 as 1,16 miljoen; 1990s as jaren 90; 7 pm as 19 uur; 1000 as duizend; and 12 as
    twaalf, unless the answer has a number that the text lacks.
    """
    if not (numbers := NUMBER.findall(text)):
        return False
    answer_digits = ascii_digits(answer)
    missing = [
        number
        for number in numbers
        if ascii_digits(number) not in answer_digits and not may_change_form(number, text, answer_digits)
    ]
    if not missing or HOUR.search(text):
        return False
    if any(len(ascii_digits(number).lstrip("0")) > MAX_SPELLED_DIGITS for number in missing):
        return True
    text_digits = ascii_digits(text)
    return any(ascii_digits(number) not in text_digits for number in NUMBER.findall(answer))


def may_change_form(number: str, text: str, answer_digits: str) -> bool:
    """Return whether a number may have another form: a decade, a round number, or a power of ten in words."""
    digits = ascii_digits(number)
    stem = digits.rstrip("0")
    is_decade = regex.search(rf"{regex.escape(number)}['\u2019]?s\b", text) is not None
    return is_decade or stem in ("", "1") or (len(digits) - len(stem) >= 3 and stem in answer_digits)


def ascii_digits(text: str) -> str:
    """Return the decimal digits of a text in ASCII, without separators: '1.000,5' -> '10005'."""
    return "".join(str(int(ch)) for ch in text if ch.isdecimal())
