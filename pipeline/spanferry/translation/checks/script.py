"""Letters of a script that belongs neither to the target language nor to the text."""

from spanferry.language.scripts import non_latin_letters, scripts_of, scripts_written_in


def has_foreign_letters(text: str, answer: str, target: str) -> bool:
    """Return whether an answer has letters of a script that is neither the target language's nor in the text.

    target: a language code (BCP 47).
    """
    foreign = "" if answer.isascii() else non_latin_letters(answer)
    if not foreign:
        return False
    own = scripts_written_in(target)
    if not own:
        # The target is written in Latin: a Greek or Chinese name of the text may stay, and nothing else may appear.
        return bool(set(foreign) - set(text)) and scripts_of(foreign) > scripts_of(text)
    return bool(scripts_of(foreign) - scripts_of(text) - own)
