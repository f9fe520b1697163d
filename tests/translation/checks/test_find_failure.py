"""Tests of the checks of translations: good translations pass, and bad ones are rejected."""

import pytest
from spanferry.records import CheckFailure, Kind
from spanferry.translation.checks import MARKED, find_failure

SENTENCE = "In 1931 the old steam ferry, which had crossed for 46 years, made way for a diesel."
GOOD = "In 1931 maakte de oude stoomveerboot, die 46 jaar had gevaren, plaats voor een dieselboot."


def check(text: str, answer: str, kind: str = Kind.SENTENCE, target: str = "nl") -> CheckFailure | None:
    return find_failure(text, answer, kind, "en", target)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (SENTENCE, GOOD),
        ("The lock holds 1,250.5 m³.", "De sluis bevat 1.250,5 m³."),
        ("It cost $1,160,000 in 1,000 days.", "Het kostte $ 1,16 miljoen in duizend dagen."),
        ("In the 1930s and 1960s it was closed.", "In de jaren dertig en de jaren 60 was hij gesloten."),
        ("It opens at 7 pm.", "Hij gaat om 19.00 uur open."),
        ("Only 12 boats came.", "Slechts twaalf boten kwamen."),
        (
            'Who wrote "The Mill with the Red Roof and the Lock"?',
            'Wie schreef "The Mill with the Red Roof and the Lock"?',
        ),
        ("a < b holds if <i>a</i> & b are equal.", "a < b geldt als <i>a</i> en b gelijk zijn."),
        ("He is called Πλάτων (Plato) in Greek.", "Hij heet Πλάτων (Plato) in het Grieks."),
        ("What, what, what, what?", "Wat, wat, wat, wat?"),
        ("The captcha page of error 404.", "De captcha-pagina van error 404."),
    ],
)
def test_good_sentences_pass(text, answer):
    assert check(text, answer) is None


@pytest.mark.parametrize(
    "text",
    [
        *("24", "1,000", "4:51", "100–150", "½", ")", "A", "ABBA", "Bitcoin", "museum", "radio", "Super Bowl"),
        *("Kawann Short", "Duran Duran", "rock and roll", "Lord of the Rings", "The Curse of the Lock", "jazz piano"),
        *("Johann van der Poel", "De Telegraaf", "Brown v. Board of Education of Topeka", "TCP/IP", "DTIME(f(n))"),
        *("Ein neues Lied wir heben an", "P ⊆ NP ⊆ PP", "Muhammad ibn Zakarīya Rāzi", "[citation]"),
    ],
)
def test_names_numbers_and_terms_may_be_unchanged(text):
    assert check(text, text, Kind.ANSWER) is None


@pytest.mark.parametrize(
    ("text", "answer", "kind"),
    [
        ("Construction", "Bouw", Kind.ANSWER),
        ("low", "een lage waterstand in de zomer", Kind.ANSWER),
        ("Prime Minister", "premier", Kind.ANSWER),
        ("about the U.S.", "over de VS", Kind.ANSWER),
        ("the [lock] at Spaarndam", "de sluis bij Spaarndam", MARKED),
        ("The [lock] is old.", "[De sluis] is oud.", MARKED),
        ("The [lock] is old.", "De [[sluis]] is oud.", MARKED),
        ("The <b>lock</b> is old.", "De < b >sluis</ b> is oud.", MARKED),
        ('The "lock" is old.', "De «sluis» is oud.", MARKED),
        ("The <<lock>> is old.", "De sluis is oud.", MARKED),
    ],
)
def test_answers_and_marked_sentences_pass(text, answer, kind):
    assert check(text, answer, kind) is None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", CheckFailure.EMPTY),
        (" \n\u00a0", CheckFailure.EMPTY),
        ("Our systems have detected unusual traffic from your computer network.", CheckFailure.CAPTCHA),
        ("Before you continue to Google", CheckFailure.CAPTCHA),
        ("Error 500 (Server Error)!!1500.That’s an error.There was an error.", CheckFailure.ERROR_PAGE),
        ("502 Bad Gateway", CheckFailure.ERROR_PAGE),
        (SENTENCE, CheckFailure.UNCHANGED),
        (SENTENCE.upper(), CheckFailure.UNCHANGED),
        ("In 1931 the stoomveerboot, which met the 46 jaar, and plaats voor dieselboot.", CheckFailure.UNCHANGED),
        (GOOD.replace("oude", "<b>oude</b>"), CheckFailure.MARKUP),
        (GOOD.replace(", ", "&nbsp;"), CheckFailure.MARKUP),
        (GOOD.replace("jaar", "jaar [21]"), CheckFailure.MARKUP),
        (GOOD.replace("jaar", "jaar https://x.invalid"), CheckFailure.MARKUP),
        (GOOD.replace("jaar", "jaar\x9b31m"), CheckFailure.MARKUP),
        (GOOD.replace("jaar", "\u202ejaar\u202c"), CheckFailure.MARKUP),
        (f"Here is the translation: {GOOD}", CheckFailure.CHAT),
        ("I\u2019m sorry, but I can\u2019t help with that request.", CheckFailure.CHAT),
        ("In 1931 maakte de старый паром met 46 plaats.", CheckFailure.SCRIPT),
        ("In 1931 46 " + "de veerboot " * 12 + ".", CheckFailure.REPETITION),
        ("In 1931 46 ja ja ja ja plaats voor een dieselboot.", CheckFailure.REPETITION),
        ("In 1931 46 .......... veerboot.", CheckFailure.REPETITION),
        ("In 1931 maakte de oude stoomveerboot, die 46 jaar", CheckFailure.TRUNCATED),
        ("In 1931 maakte de oude boot (die 46 jaar voer plaats voor een dieselboot.", CheckFailure.TRUNCATED),
        ("In 1931 46 plaats.", CheckFailure.LENGTH),
        (GOOD + GOOD.replace("de", "het") * 3 + " Zo.", CheckFailure.LENGTH),
        (GOOD.replace("1931", "negentiende"), CheckFailure.NUMBERS),
        (GOOD.replace("1931", "1913"), CheckFailure.NUMBERS),
        (GOOD.replace("46", "64"), CheckFailure.NUMBERS),
    ],
)
def test_bad_answers_are_rejected(answer, expected):
    assert check(SENTENCE, answer) == expected


@pytest.mark.parametrize(
    ("text", "answer", "kind", "target", "expected"),
    [
        ("Who is Piet Hein?", "Who is Piet Hein?", Kind.QUESTION, "nl", CheckFailure.UNCHANGED),
        ("the king of the lock", "the king of the lock", Kind.ANSWER, "nl", CheckFailure.UNCHANGED),
        ("the river", "The River", Kind.ANSWER, "nl", CheckFailure.UNCHANGED),
        ("for a < b", "als a", Kind.ANSWER, "nl", CheckFailure.TRUNCATED),
        ("The [lock] is old.", "De [[[sluis]]] is oud.", MARKED, "nl", CheckFailure.MARKUP),
        ("The [lock] is old.", "De <b>sluis</b> is oud.", MARKED, "nl", CheckFailure.MARKUP),
        ("The [lock] is old.", "De &#91;sluis&#93; is oud.", MARKED, "nl", CheckFailure.MARKUP),
        ("The lock is shut today.", "El 水 esclusa está cerrada hoy.", Kind.SENTENCE, "es", CheckFailure.SCRIPT),
        ("The lock is shut today.", "Шлюз сегодня закрыт.", Kind.SENTENCE, "ru", None),
        ("The lock is shut today.", "今日は水門が閉まっています。", Kind.SENTENCE, "ja", None),
        ("The lock is shut today.", "水门今天关闭。", Kind.SENTENCE, "zh", None),
        ("The lock at gate 12 is shut.", "البوابة ١٢ مغلقة اليوم.", Kind.SENTENCE, "ar", None),
    ],
)
def test_kinds_and_languages(text, answer, kind, target, expected):
    assert check(text, answer, kind, target) == expected


def test_another_source_language_has_no_english_rules():
    assert find_failure("Die Schleuse brach.", "Die Schleuse brach.", Kind.SENTENCE, "de", "nl") is None
    text = "Die alte hölzerne Schleuse war drei lange Jahre zu."
    assert find_failure(text, text, Kind.SENTENCE, "de", "nl") == CheckFailure.UNCHANGED


def test_a_number_of_thousands_of_digits():
    text = f"Pi is 3.{'14159265358979' * 320} in short, they say."
    assert check(text, text.replace("in short, they say", "in het kort, zegt men"), Kind.SENTENCE) is None
    assert (
        check(text, f"Pi is 3.{'14159265358979' * 300} in het kort, zegt men.", Kind.SENTENCE) == CheckFailure.NUMBERS
    )


@pytest.mark.parametrize(("number", "expected"), [("12", None), ("0012", None), ("112", CheckFailure.NUMBERS)])
def test_small_numbers_may_be_spelled_out(number, expected):
    assert check(f"Agent {number} came in.", "De agent kwam binnen.", Kind.SENTENCE) == expected
