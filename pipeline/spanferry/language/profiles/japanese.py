"""Japanese. Its particles follow the word without a space."""

from spanferry.language.profiles.base import Language, word_set

JAPANESE = Language(
    code="ja",
    edge_words=word_set("は が を に へ と で も の や か"),
    counters=word_set("年 月 日 人 個 つ 回 件 名 本 台 歳 位 世 階 枚 円 時 分 秒 州 校 社 種 点"),
    question_words=word_set("""
        誰 何 どこ いつ なぜ どう どの どれ いくつ いくら だれ どんな どちら どうして なに なん どのように
        いかに 何故 何処 いずれ 幾つ どれだけ どれくらい どのくらい
    """),
)
