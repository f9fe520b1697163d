"""Judges how good each translated question is, together with its context and answers.

    pairs      what can be seen in one text and its translation: numbers, untranslated parts, damage, length
    items      the records: a paragraph to check (CheckJob), the measures of a question (Measures)
    measuring  the measures of a question, from the pairs that it consists of
    corpus     what is usual in a corpus: its lengths, its question marks
    model      from signals to the probability that a person would accept the question (Quality), with reasons
    tables     all of this for the tables of a corpus: layout, paragraphs, spans, translations ──> quality
    figures    the figures of a corpus's quality (quality.json)

The signals that need a model are in `similarity` (an encoder) and `crossfit` (readers).
"""
