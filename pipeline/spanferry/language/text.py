from spanferry.language.scripts import is_mark as is_mark
from spanferry.language.sentences import sentences as sentences
from spanferry.language.words import _TOKEN as _TOKEN
from spanferry.language.words import SEPARATORS as SEPARATORS
from spanferry.language.words import fold as fold
from spanferry.language.words import is_word as is_word
from spanferry.language.words import tokens as tokens
from spanferry.records import Span as Span
