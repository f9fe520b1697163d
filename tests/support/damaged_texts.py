"""Texts for property tests: prose, and prose with damaging characters."""

from hypothesis import strategies as st

# Letters and punctuation, unusual white space, marks, other scripts, emoji, and control characters.
TEXTS = st.text(
    st.one_of(
        st.sampled_from(list("aAzZ09 .,!?'\"()-\n\t")),
        st.sampled_from(list("é́ıß’”„«»–\u00a0\u202f\u2028\u200b\ufeff\x00\x1c\x85\r漢字ไทยא🧀\u200d")),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


def cut(text: str, spans: list[tuple[int, int]]) -> list[str]:
    """Return the parts of a text that spans cover."""
    return [text[start:end] for start, end in spans]
