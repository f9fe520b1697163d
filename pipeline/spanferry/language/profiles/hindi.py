"""Hindi. Postpositions follow the noun as words of their own."""

from spanferry.language.profiles.base import Language, word_set

HINDI = Language(
    code="hi",
    edge_words=word_set("""
        में से को का की के ने पर तक और या एवं तथा लेकिन कि जो जब जहाँ द्वारा लिए साथ बाद भी ही था थे थी है हैं
    """),
    one_words=word_set("एक 1 १"),
    question_words=word_set("""
        कौन क्या कहाँ कब क्यों कैसे कितना कितने कितनी किस किसने किसे किसका किसकी किसके किनका किनकी किनके किन
        किन्हें किन्होंने किससे किसमें किसको कौनसा कौनसी कौनसे कहां कैसा कैसी कितनों
    """),
)
