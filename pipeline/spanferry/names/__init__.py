"""Names that questions and their paragraphs render differently: they are found, counted and made the same.

terms        the names that a question shares with its paragraph, in the source
renderings   how a translation renders a name, by span projection
agreement    the renderings on which the texts of an article agree
checking     the questions of an article whose names differ from their paragraph's
titles       the title of an article that differs from its paragraphs, and its repair
repair       the question with its paragraph's rendering: by a closed rule, or asked again
tables       all of this for the tables of a corpus

"What did Genghis Khan found?" about a paragraph on "Genghis Khan" becomes "Wat stichtte Dzjengis Khan?", because every
text is translated on its own. The paragraph has "Genghis Khan", so the question gets that name as well.
"""
