"""An enrolment that is taken up again may only wait or be suspended; a claim that is decided on may only have been dropped."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("mobile", "0120_wallets_passed_on")]

    operations = [
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('paid', 'Bantuan dibayar'), ('refused', 'Bantuan tidak dapat dibayar'), ('unpaid', 'Tidak ada bantuan dalam siklus'), ('lapse', 'Bantuan segera hangus'), ('excluded', 'Dikecualikan'), ('lifted', 'Pengecualian dicabut'), ('decided', 'Sanggahan diputuskan'), ('answered', 'Aduan dijawab'), ('suspended', 'Kepesertaan ditangguhkan atau berakhir'), ('resumed', 'Kepesertaan berlaku lagi'), ('clawback', 'Kelebihan bayar ditagih kembali'), ('appealed', 'Keberatan kepesertaan diputuskan'), ('ruled', 'Tagihan kelebihan bayar diputuskan'), ('routed', 'Jalur bayar diganti'), ('unrouted', 'Bantuan ke dompet sendiri lagi'), ('returned', 'Bantuan ditarik kembali'), ('passed_on', 'Dompet diwariskan'), ('inherited', 'Dompet diwarisi')], max_length=9, verbose_name='tentang'),
        ),
    ]
