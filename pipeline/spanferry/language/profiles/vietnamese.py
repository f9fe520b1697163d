"""Vietnamese. The words that scoring ignores are those of MLQA's script."""

from spanferry.language.profiles.base import Language, word_set

VIETNAMESE = Language(
    code="vi",
    determiners=word_set("các những một cái chiếc"),
    edge_words=word_set("""
        và hoặc hay nhưng ở tại trong ngoài trên dưới từ đến tới với của cho bởi về vào ra theo do vì để mà là
        rằng thì khi nếu như bằng giữa
    """),
    one_words=word_set("một 1"),
    scoring_articles=word_set("của là cái chiếc những"),
    year_words=word_set("năm"),
    question_words=word_set("ai gì đâu nào sao bao mấy khi"),
)
