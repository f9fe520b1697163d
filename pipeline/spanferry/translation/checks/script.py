"""Detects letters of a script that neither the target language nor the text uses."""

from spanferry.language.scripts import non_latin_letters, scripts_of, scripts_written_in


def has_foreign_letters(text: str, answer: str, target: str) -> bool:
    """Return whether an answer has letters of a script that neither the target language nor the text uses.

    target: a language code (BCP 47).
    """
    foreign = "" if answer.isascii() else non_latin_letters(answer)
    if not foreign:
        return False
    own = scripts_written_in(target)
    if not own:
        # The target uses Latin letters. A Greek or Chinese name in the text may stay, but no other such letters.
        return bool(set(foreign) - set(text)) and scripts_of(foreign) > scripts_of(text)
    return bool(scripts_of(foreign) - scripts_of(text) - own)
