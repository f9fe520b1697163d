"""Render the page on which people review items: one file that opens from disk, saves in the browser, and exports JSON.

All positions in its data count code points, as everywhere; the page's script converts them.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct

from spanferry.corrections.files import FORMAT, Order
from spanferry.corrections.items import Passage
from spanferry.language.scripts import direction
from spanferry.pages.templating import render_page
from spanferry.report import wording
from spanferry.report.review_items import ReviewItem

TEMPLATE = Path(__file__).parent / "templates" / "review_page.html"
DIGITS = 12  # of the hash that identifies a build


class ReviewPage(Struct, frozen=True):
    """What is reviewed. languages: codes of source and target language."""

    corpus: str
    languages: tuple[str, str]
    order: Order
    items: tuple[ReviewItem, ...]

    @property
    def build(self) -> str:
        """A hash of the items. Two pages with the same hash show the same."""
        seen = ",".join(each.item.seen for each in self.items)
        return sha256(f"{self.order} {seen}".encode()).hexdigest()[:DIGITS]


def render_review(page: ReviewPage) -> str:
    """Render the page as HTML text."""
    return render_page(
        TEMPLATE,
        corpus=page.corpus,
        order=page.order,
        size=len(page.items),
        languages=page.languages,
        directions=[direction(code) for code in page.languages],
        # So that it can stand in a script element.
        data=json.dumps(page_data(page), ensure_ascii=False, sort_keys=True).replace("<", "\\u003c"),
    )


def page_data(page: ReviewPage) -> dict[str, Any]:
    """Return what the page's script reads."""
    passages: dict[Passage, int] = {}
    items = [item_data(each, passages.setdefault(each.item.passage, len(passages))) for each in page.items]
    return {
        "format": FORMAT,
        "corpus": page.corpus,
        "build": page.build,
        "order": page.order,
        "languages": page.languages,
        "passages": [[passage.source, passage.target] for passage in passages],
        "items": items,
    }


def item_data(each: ReviewItem, passage: int) -> dict[str, Any]:
    """Return an item as the page's script reads it. passage: the number of its paragraph."""
    item = each.item
    return {
        "split": item.split,
        "id": item.question_id,
        "seen": item.seen,
        "title": each.title,
        "passage": passage,
        "question": item.question,
        "translation": item.translation,
        "field": item.field,
        "answers": sorted(set(item.answers)),
        "span": item.span,
        "facts": describe_facts(each),
        "reasons": each.judgement.reasons,
    }


def describe_facts(each: ReviewItem) -> str:
    """Describe how the span was found, and how good the build thinks the item is: "fuzzy, 57 %; quality 81 %"."""
    facts: list[str] = []
    if each.method:
        probability = "" if each.probability is None else f", {100 * each.probability:.0f} %"
        facts.append(f"{wording.METHODS[each.method].name}{probability}")
    if each.judgement.quality is not None:
        facts.append(f"quality {100 * each.judgement.quality:.0f} %")
    return "; ".join(facts)
