"""Chinese. A numeral and its counter make one word."""

from spanferry.language.profiles.base import Language, word_set

CHINESE = Language(
    code="zh",
    edge_words=word_set("的 了 在 和 与 及 或 是 于 从 对 为 被 把 由 以 到 而 但 也"),
    counters=word_set("""
        年 月 日 个 個 位 名 份 件 家 座 次 岁 歲 种 種 条 條 张 張 支 只 隻 届 层 層 本
        台 部 场 場 项 項 人 天 周 号 號
    """),
    question_words=word_set("""
        谁 什么 哪 哪里 何时 为什么 怎么 如何 多少 几 誰 什麼 哪裡 何時 為什麼 哪个 哪些 哪位 哪种 何地 何处
        何人 何种 何年 何事 什么样 怎样 为何 几个 多大 多久 多长 多远 多高 啥 哪個 何處 何種 為何 怎樣 怎麼
        什麼樣 幾 多長 多遠
    """),
)
