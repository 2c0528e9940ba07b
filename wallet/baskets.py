"""Baskets: what a till says is bought, line by line, and the form in which goods are compared with lists.

Which goods a purse's terms refuse, or a merchant's price list, is decided with the payment (wallet/sql/merchants.sql).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from wallet.errors import BasketDiffers

WORD = re.compile(r"[^\W_]+")
MOST_ITEMS = 200  # of one payment
MOST_QUANTITY = 100_000
ENTRY_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a basket. `price` is whole rupiah for one; `sku` and `category` may be empty."""

    name: str
    quantity: int
    price: int
    sku: str = ""
    category: str = ""

    @property
    def total(self) -> int:
        """Rupiah for the whole line."""
        return self.quantity * self.price


def words(text: str) -> str:
    """The text's words as goods and lists are compared: compatibility forms, case and signs taken off, one blank between.

    ``words("ROKOK-Surya  12")`` is ``"rokok surya 12"``; empty if there is no letter or digit.
    """
    return " ".join(WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def entries(texts: Iterable[str]) -> list[str]:
    """A list's entries in that form, each once, in order; those without a word are left out."""
    return sorted({found for text in texts if (found := words(text))})


def check_sum(items: Sequence[Item], amount: int) -> None:
    """Returns if the lines cost the amount together, or there are none. Raises BasketDiffers."""
    if items and (total := sum(item.total for item in items)) != amount:
        raise BasketDiffers(sum=total, amount=amount)


def in_rows(items: Sequence[Item]) -> list[dict[str, Any]]:
    """The basket as a code or an order keeps it until somebody pays; `of_rows` reads it."""
    return [asdict(item) for item in items]


def of_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    """The basket that `in_rows` made."""
    return tuple(Item(**row) for row in rows)


def in_json(items: Sequence[Item]) -> str | None:
    """The basket as wallet/sql takes it; None for none."""
    if not items:
        return None
    return json.dumps(
        [
            {
                "sku": item.sku,
                "name": item.name,
                "category": item.category,
                "quantity": item.quantity,
                "price": item.price,
                "words": {name: words(getattr(item, name)) for name in ("sku", "category", "name")},
            }
            for item in items
        ]
    )
