"""What was decided on an appeal, or on an objection to a clawback, is told to who brought it."""

from django.db import migrations, models

KINDS = [
    ("paid", "Bantuan dibayar"),
    ("refused", "Bantuan tidak dapat dibayar"),
    ("unpaid", "Tidak ada bantuan dalam siklus"),
    ("lapse", "Bantuan segera hangus"),
    ("excluded", "Dikecualikan"),
    ("lifted", "Pengecualian dicabut"),
    ("decided", "Sanggahan diputuskan"),
    ("answered", "Aduan dijawab"),
    ("suspended", "Kepesertaan ditangguhkan atau berakhir"),
    ("resumed", "Kepesertaan aktif lagi"),
    ("clawback", "Kelebihan bayar ditagih kembali"),
    ("appealed", "Keberatan kepesertaan diputuskan"),
    ("ruled", "Keberatan atas tagihan diputuskan"),
]


class Migration(migrations.Migration):
    dependencies = [("mobile", "0040_outcomes_at_partners")]
    operations = [
        migrations.RemoveConstraint(model_name="notice", name="notice_kind"),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=9, verbose_name="tentang"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [kind for kind, _title in KINDS])), name="notice_kind"
            ),
        ),
    ]
