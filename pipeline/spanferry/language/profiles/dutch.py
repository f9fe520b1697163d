"""Dutch."""

from spanferry.language.profiles.base import BreakdownPatterns, Language, word_set

DUTCH = Language(
    code="nl",
    articles=word_set("de het een 't den der"),
    edge_words=word_set("""
        en of maar van in op aan bij door voor met uit om te naar tot als dan dat die wat waar wie toen omdat zoals over
        onder tegen tussen
    """),
    name_links=word_set("van der den de het ter ten te la le"),
    inflects_names=False,
    one_words=word_set("een één 1"),
    compounds=True,
    ordinal_endings=("e", "de", "ste"),
    scoring_articles=word_set("de het een"),
    question_words=word_set("wie wat waar wanneer waarom welk welke hoe hoeveel hoelang hoever wiens wier hoeveelste"),
    breakdown=BreakdownPatterns(
        question_groups=(
            ("how many/much", "hoeveel"),
            ("how", "hoe"),
            ("what", "wat"),
            ("who", "wie|wiens"),
            ("when", "wanneer"),
            ("where", "waar"),
            ("which", "welke|welk"),
            ("why", "waarom"),
        ),
        months="januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
        periods="[Ee]euw(?:en)?|decennia|decennium|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag",
        before_year="in|door|sinds|van|tot|na|vóór|voor|rond|omstreeks|begin|eind|de|het|jaren",
        hedges="ongeveer|circa|ruim|meer dan|minder dan|minstens|hoogstens|bijna|tot|rond|slechts|de|het|een",
        numbers="nul|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|dertien|veertien|vijftien|zestien"
        "|zeventien|achttien|negentien|twintig|dertig|veertig|vijftig|zestig|zeventig|tachtig|negentig|honderd"
        "|duizend|miljoen|miljard|half|helft|tientallen|honderden|duizenden",
        clause_starts="omdat|door|om|doordat|zodat|dat|toen|als|hoe|vanwege",
        clause_words="is|zijn|was|waren|wordt|worden|werd|werden|heeft|hebben|had|hadden|kan|kunnen|kon|zal|zullen|zou"
        "|moet|moest|omdat|doordat|dat|die|om|te",
    ),
)
