"""The goods of a payment, as partners list them: in ``additionalInfo.items``, or in the standard's own ``items`` of service 60.

Whoever sells lists them: the till with a customer's code (60), and the merchant's side with its own code (47) or order (54).
Ours is strict, for whoever sends it means goods that are judged: what is wrong with it is refused. The standard gives `items` no
table of fields, only a sample without prices, and clients send it for their own sake. What can be read as goods there is read; a
list that cannot is passed over, as if none had been sent. Aid that asks for goods is then declined, and the answer names the
field in the way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from wallet import baskets
from wallet.baskets import MOST_ITEMS, MOST_QUANTITY, Item
from wallet.errors import BasketDiffers
from wallet.snap.codes import Case, SnapError
from wallet.snap.fields import TEXT, Amount, Text, money, optional
from wallet.snap.fields import read as read_fields

PLACE = "additionalInfo.items"
HELP = (
    "`items` lists the goods, at most 200: name, quantity (whole, from 1), price of one as an amount, and sku and category "
    "where there are any. Some aid is only spent on goods that are named. Together they cost `amount`."
)
STANDARDS = "items"
OURS = {"productId": "sku", "productName": "name", "qty": "quantity"}  # the standard's names
COUNT = re.compile(r"[1-9][0-9]{0,5}")
# What the case of a declined payment tells, by the reason it was declined for.
DETAILS = {
    "items_missing": "{}",
    "item_banned": "Item not allowed: {}",
    "item_not_allowed": "Item not allowed: {}",
    "item_too_dear": "Price too high: {}",
}


class _Quantity(serializers.Field):  # type: ignore[type-arg]
    """A whole number from 1, as a JSON number and not as a text or a fraction."""

    default_error_messages = {"invalid": "not a whole number"}

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int or not 0 < data <= MOST_QUANTITY:
            self.fail("invalid")
        return data


class Good(serializers.Serializer[Any]):
    """One line of the basket."""

    sku = optional(64, TEXT)
    name = Text(100, TEXT)
    category = optional(60, TEXT)
    quantity = _Quantity()
    price = Amount()


@extend_schema_field(
    {
        "oneOf": [
            {"type": "object", "additionalProperties": {}},
            {"type": "array", "items": {}},
        ]
    }
)
class StandardGoods(serializers.Field):  # type: ignore[type-arg]
    """The standard's `items`, an object for one good or an array of them, as a list; `of_payment` reads what is in it."""

    default_error_messages = {"invalid": "neither an object nor an array"}

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, dict):
            return [data]
        if not isinstance(data, list):
            self.fail("invalid")
        return data


@dataclass(frozen=True, slots=True)
class Listed:
    """The goods of a payment; `fault` is the field for which the standard's list could not be read as goods, if it could not."""

    items: tuple[Item, ...] = ()
    fault: str = ""


def of_payment(fields: dict[str, Any]) -> Listed:
    """The goods of a payment (60): those in `additionalInfo.items` if it has any, otherwise those in the standard's `items`.

    Raises SnapError for the former, naming the first field at fault; see `read`.
    """
    if items := read(fields["additionalInfo"]):
        return Listed(items)
    try:
        return Listed(_standards(fields[STANDARDS], fields["amount"]))
    except SnapError as fault:
        return Listed(fault=fault.detail)


def _standards(listed: list[Any], amount: int) -> tuple[Item, ...]:
    """Raises SnapError naming the first field that is in the way."""
    if len(listed) > MOST_ITEMS:
        raise SnapError(Case.INVALID_FORMAT, STANDARDS)
    items = tuple(_standard(one, f"{STANDARDS}[{at}]", amount, len(listed)) for at, one in enumerate(listed))
    try:
        baskets.check_sum(items, amount)
    except BasketDiffers:
        raise SnapError(Case.INVALID_AMOUNT, STANDARDS) from None
    return items


def _standard(said: Any, place: str, amount: int, count: int) -> Item:
    if not isinstance(said, dict):
        raise SnapError(Case.INVALID_FORMAT, place)
    line: dict[str, Any] = {ours: said[theirs] for theirs, ours in OURS.items() if theirs in said} | said
    quantity = line.get("quantity")
    if isinstance(quantity, str) and COUNT.fullmatch(quantity):
        line["quantity"] = quantity = int(quantity)
    if line.get("price") is None and count == 1 and type(quantity) is int and quantity > 0 and amount % quantity == 0:
        line["price"] = money(amount // quantity)  # of the only good, the payment tells it
    try:
        return Item(**read_fields(Good, line))
    except SnapError as error:
        name, *within = error.detail.split(".")
        sent = next((theirs for theirs, ours in OURS.items() if ours == name and ours not in said), name)
        raise SnapError(error.case, ".".join([place, sent, *within])) from None


def read(info: dict[str, Any]) -> tuple[Item, ...]:
    """The goods in a payment's ``additionalInfo``; none if it lists none.

    Raises SnapError naming the first field at fault: ``additionalInfo.items[1].price.value``.
    """
    listed = info.get("items")
    if listed is None:
        return ()
    if not isinstance(listed, list) or len(listed) > MOST_ITEMS:
        raise SnapError(Case.INVALID_FORMAT, PLACE)
    return tuple(_item(one, f"{PLACE}[{at}]") for at, one in enumerate(listed))


def of_order(info: dict[str, Any], amount: int) -> tuple[Item, ...]:
    """The same for an order, or else what DANA's clients list in ``order.goods``.

    That list is theirs and made for other ends. So it counts as a whole or not at all: one that we cannot read, or that does not
    come to the amount (a delivery is no good), refuses no order; aid that asks for goods is then not spent on it.
    """
    if info.get("items") is not None:
        return read(info)
    order = info.get("order")
    listed = order.get("goods") if isinstance(order, dict) else None
    if not isinstance(listed, list) or len(listed) > MOST_ITEMS:
        return ()
    try:
        goods = tuple(_item(_in_our_words(one), "") for one in listed)
        baskets.check_sum(goods, amount)
    except (SnapError, BasketDiffers):
        return ()
    return goods


def _in_our_words(good: Any) -> Any:
    """One of DANA's goods under the names that `Good` has; its quantity is a text there."""
    if not isinstance(good, dict):
        return good
    quantity = good.get("quantity")
    if isinstance(quantity, str) and re.fullmatch("[1-9][0-9]{0,8}", quantity):
        quantity = int(quantity)
    return good | {"sku": good.get("merchantGoodsId"), "quantity": quantity}


def _item(said: Any, place: str) -> Item:
    if not isinstance(said, dict):
        raise SnapError(Case.INVALID_FORMAT, place)
    try:
        fields = read_fields(Good, said)
    except SnapError as error:
        raise SnapError(error.case, f"{place}.{error.detail}") from None
    return Item(**fields)


def told(decline: str, detail: str, *, listed: bool = True) -> str:
    """What the answer's message says of a declined payment, beside its case; empty if nothing.

    Where the request lists no goods (not `listed`), it names no field for them either.
    """
    if decline == "items_missing" and not listed:
        return "Aid for named goods only"
    return DETAILS.get(decline, "").format(detail)


def repeated(items: Sequence[Item]) -> dict[str, Any]:
    """The goods, where any are listed, as a field that a retry must repeat."""
    return {"items": [astuple(item) for item in items]} if items else {}
