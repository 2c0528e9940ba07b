"""That a wallet was passed on is told: to the phone of whom the registry takes for dead, and to the heir."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0304_sender_pace'),
        ('mobile', '0100_routes_and_take_backs'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notice',
            name='notice_kind',
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('paid', 'Bantuan dibayar'), ('refused', 'Bantuan tidak dapat dibayar'), ('unpaid', 'Tidak ada bantuan dalam siklus'), ('lapse', 'Bantuan segera hangus'), ('excluded', 'Dikecualikan'), ('lifted', 'Pengecualian dicabut'), ('decided', 'Sanggahan diputuskan'), ('answered', 'Aduan dijawab'), ('suspended', 'Kepesertaan ditangguhkan atau berakhir'), ('resumed', 'Kepesertaan aktif lagi'), ('clawback', 'Kelebihan bayar ditagih kembali'), ('appealed', 'Keberatan kepesertaan diputuskan'), ('ruled', 'Keberatan atas tagihan diputuskan'), ('routed', 'Jalur bayar diganti'), ('unrouted', 'Bantuan ke dompet sendiri lagi'), ('returned', 'Bantuan ditarik kembali'), ('passed_on', 'Dompet diwariskan'), ('inherited', 'Dompet diwarisi')], max_length=9, verbose_name='tentang'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['paid', 'refused', 'unpaid', 'lapse', 'excluded', 'lifted', 'decided', 'answered', 'suspended', 'resumed', 'clawback', 'appealed', 'ruled', 'routed', 'unrouted', 'returned', 'passed_on', 'inherited'])), name='notice_kind'),
        ),
    ]
