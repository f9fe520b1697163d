"""Thai. It is written without spaces between words."""

from spanferry.language.profiles.base import Language, word_set

THAI = Language(
    code="th",
    question_words=word_set("""
        ใคร อะไร ที่ไหน เมื่อไร เมื่อใด ทำไม อย่างไร กี่ ไหน ใครบ้าง อะไรบ้าง เท่าไร เท่าไหร่ เท่าใด ใด ยังไง
        เมื่อไหร่ เหตุใด ไหนบ้าง
    """),
)
