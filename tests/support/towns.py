"""A small Dutch corpus of made-up towns: ten paragraphs, each with four questions with an answer and one without."""

from spanferry.squad import Answer, Article, Document, Paragraph, Question

TOWNS = (
    ("Velderbroek", "de Zilvere", "1287", "bierbrouwerij", "Aleida Bronsma", "14.250"),
    ("Oosterhaven", "de Kromme Aa", "1432", "scheepswerf", "Pieter Wouda", "32.100"),
    ("Ganzendam", "de Linge", "1610", "kaasmarkt", "Sjoukje Terpstra", "8.900"),
    ("Moerwijk", "de Donge", "1355", "steenbakkerij", "Hendrik van Rooy", "21.740"),
    ("Heidelo", "de Berkel", "1199", "wolweverij", "Fatima el Idrissi", "11.050"),
    ("Zandvoorde", "de Yser", "1721", "vismijn", "Joris Maes", "17.600"),
    ("Kastelrade", "de Geul", "1068", "papiermolen", "Café Noël", "6.480"),
    ("Twillinge", "de Regge", "1540", "textielfabriek", "Gerrit Jan Nijhuis", "28.330"),
    ("Broekerwaard", "de Eem", "1830", "suikerfabriek", "Annelies Kok", "19.970"),
    ("Steenwoude", "de Vecht", "1266", "glasblazerij", "Willem de Ruiter", "9.015"),
)

PROSE = (
    "{town} ligt aan {river} en kreeg in {year} stadsrechten. Eeuwenlang leefde de stad van de {trade}, die tot "
    "vandaag bezoekers trekt. Sinds de laatste verkiezingen is {mayor} er burgemeester. Bij de telling "
    "woonden er {people} mensen."
)

QUESTIONS = (
    ("Aan welke rivier ligt {town}?", "river"),
    ("Wanneer kreeg {town} stadsrechten?", "year"),
    ("Wie is de burgemeester van {town}?", "mayor"),
    ("Hoeveel mensen woonden er in {town}?", "people"),
    ("Welke kerk van {town} brandde af?", None),
)


def paragraph(row: tuple[str, ...]) -> Paragraph:
    town, river, year, trade, mayor, people = row
    facts = {"town": town, "river": river, "year": year, "trade": trade, "mayor": mayor, "people": people}
    context = PROSE.format(**facts)
    questions = []
    for number, (question, fact) in enumerate(QUESTIONS):
        answers = (Answer(facts[fact], context.index(facts[fact])),) if fact else ()
        plausible = () if fact else (Answer(trade, context.index(trade)),)
        questions.append(Question(f"{town.lower()}-{number}", question.format(**facts), answers, not fact, plausible))
    return Paragraph(context, tuple(questions))


def corpus(towns: int = len(TOWNS)) -> Document:
    """Return the corpus: 50 questions, ten of them unanswerable."""
    articles = tuple(Article((paragraph(row),), row[0]) for row in TOWNS[:towns])
    return Document(articles, "v2.0")
