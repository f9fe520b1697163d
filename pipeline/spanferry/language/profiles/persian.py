"""Persian. The endings of plural and possession may be joined by a zero-width non-joiner."""

from spanferry.language.profiles.base import Language, word_set

PERSIAN = Language(
    code="fa",
    edge_words=word_set("و یا اما در به از با بر برای تا را که چون اگر هم بین توسط بدون پس"),
    one_words=word_set("یک 1 ۱"),
    year_words=word_set("سال"),
    question_words=word_set("""
        کی چه کجا چرا چگونه چطور کدام چند چقدر چه‌کسی کسی چیست چیستند کیست کیستند کدامیک کدام‌یک چندمین چندم آیا
        چه‌چیزی چه‌کسانی کجاست چه‌قدر چی کدامند
    """),
)
