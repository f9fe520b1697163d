"""Korean. Its particles follow the word without a space, and a numeral and its counter make one word."""

from spanferry.language.profiles.base import Language, word_set

KOREAN = Language(
    code="ko",
    edge_words=word_set("및 또는 그리고 의 후 전 동안"),
    counters=word_set("년 월 일 명 개 번 회 세 살 위 대 층 권 차 시 분 초 원 세기 년대 주 곳 마리"),
    enclitics=word_set(
        """
        은 는 이 가 을 를 에 의 와 과 로 도 만 에서 에게 께 한테 으로 까지 부터 처럼 보다 이나 나 이며 며 이고 라는
        이라는 에는 에서는 에도 로는 으로는 로서 으로서 로써 으로써 들 들은 들이 들을
        들의 들에게 이다 였다 이었다 입니다
        """
    ),
    f1_by_character=True,
    question_words=word_set("""
        누가 누구 무엇 무엇을 어디 어디에 언제 왜 어떻게 어느 어떤 몇 얼마나 누구의 누구를 누구와 누구에게
        누구인가 누구인가요 누구입니까 누구였나 무엇이 무엇에 무엇으로 무엇인가 무엇인가요 무엇입니까 무엇이었나
        어디서 어디로 어디인가 어디인가요 언제부터 언제까지 언제인가요 어떠한 무슨 뭐 뭘 얼마 얼마인가요
    """),
)
