"""What was in the basket of a payment or hold, where the till told it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wallet.models.payment import Hold, Payment


class BasketItem(models.Model):
    """One line of a basket as the till sent it, kept with the payment or hold whatever became of it. Written once."""

    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, db_index=False, related_name="items", verbose_name=_("belanja")
    )
    hold = models.ForeignKey(
        Hold, models.PROTECT, null=True, blank=True, db_index=False, related_name="items", verbose_name=_("penahanan")
    )
    number = models.PositiveSmallIntegerField(_("urutan"))
    sku = models.CharField(_("kode barang"), max_length=64, blank=True)
    name = models.CharField(_("nama barang"), max_length=100)
    category = models.CharField(_("golongan"), max_length=60, blank=True)
    quantity = models.PositiveIntegerField(_("banyaknya"))
    price = models.BigIntegerField(_("harga satuan"))

    class Meta:
        verbose_name = _("barang belanjaan")
        verbose_name_plural = _("barang belanjaan")
        constraints = [
            models.UniqueConstraint(
                name="basket_item_once", fields=["payment", "number"], condition=Q(payment__isnull=False)
            ),
            models.UniqueConstraint(
                name="basket_item_once_held", fields=["hold", "number"], condition=Q(hold__isnull=False)
            ),
            models.CheckConstraint(
                name="basket_item_of_one",
                condition=Q(payment__isnull=False, hold__isnull=True) | Q(payment__isnull=True, hold__isnull=False),
            ),
            models.CheckConstraint(name="basket_item_positive", condition=Q(quantity__gt=0, price__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"
