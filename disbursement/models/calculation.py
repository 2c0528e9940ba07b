"""Why an enrolment gets what it gets in a batch: the facts, the version and the arithmetic, as they were."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from disbursement.models.batch import Batch, Instruction
from disbursement.models.cycle import Cycle
from disbursement.models.enrolment import Enrolment
from disbursement.models.reckoning import Reckoning


class Calculation(Reckoning):
    """The answer to "why 435,000?" for one enrolment of a batch, nothing included. Written once; only forgotten (trigger).

    One for the batch's own cycle, and one more for each older cycle that the batch pays as arrears or corrects. What a correction
    pays is what is short: its last line takes off what was given before.

    `facts` are those of the person and the household that the version's rules read; `members` are the members of the family
    that were counted (`id`, `component`, `facts`). `lines` are the arithmetic (`component`, `name`, `people`, `each`,
    `months`, `total`, and `cash` where it is split), `parts` what goes into which purse; `withheld` is what the cycle pays less
    for clawbacks (models.Withholding), `total` what is left. All in rupiah.
    """

    class Reason(models.TextChoices):
        NO_COMPONENT = "no_component", _("Tidak ada komponen yang syaratnya terpenuhi.")
        CHANGED = (
            "changed",
            _("Datanya berubah selagi batch diisi; bila masih berhak, ia masuk batch berikutnya."),
        )

    batch = models.ForeignKey(
        Batch, models.PROTECT, related_name="calculations", db_index=False, verbose_name=_("batch")
    )
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="calculations", verbose_name=_("kepesertaan"))
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="+", db_index=False, verbose_name=_("siklus"))
    kind = models.CharField(
        _("jenis"), max_length=10, choices=Instruction.Kind, default=Instruction.Kind.REGULAR, db_default="regular"
    )
    withheld = models.BigIntegerField(_("dipotong untuk pengembalian (Rp)"), default=0, db_default=0)
    total = models.BigIntegerField(_("jumlah (Rp)"))
    # Where the person lived when it was calculated: what a budget of a region goes by, whoever moves later.
    kelurahan = models.CharField(_("kelurahan"), max_length=13, blank=True, default="", db_default="")
    reason = models.CharField(_("alasan tidak dibayar"), max_length=12, choices=Reason, blank=True, default="")

    class Meta:
        verbose_name = _("perhitungan bantuan")
        verbose_name_plural = _("perhitungan bantuan")
        constraints = [
            models.UniqueConstraint(name="calculation_once", fields=["batch", "enrolment", "cycle", "kind"]),
            models.CheckConstraint(
                name="calculation_pays_or_says_why",
                condition=models.Q(total__gt=0, reason="") | (models.Q(total=0) & ~models.Q(reason="")),
            ),
            # Never all of it: whoever gets nothing gets nothing by the rules.
            models.CheckConstraint(
                name="calculation_withholds_a_part",
                condition=models.Q(withheld=0) | models.Q(withheld__gt=0, total__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch} · {self.enrolment_id}"
