"""Holders are told who may act for them, that somebody may no more, and what was fetched for them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0540_representations_by_time'),
        ('mobile', '0130_wider_decisions'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notice',
            name='notice_kind',
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('paid', 'Bantuan dibayar'), ('refused', 'Bantuan tidak dapat dibayar'), ('unpaid', 'Tidak ada bantuan dalam siklus'), ('lapse', 'Bantuan segera hangus'), ('excluded', 'Dikecualikan'), ('lifted', 'Pengecualian dicabut'), ('decided', 'Sanggahan diputuskan'), ('answered', 'Aduan dijawab'), ('suspended', 'Kepesertaan ditangguhkan atau berakhir'), ('resumed', 'Kepesertaan berlaku lagi'), ('clawback', 'Kelebihan bayar ditagih kembali'), ('appealed', 'Keberatan kepesertaan diputuskan'), ('ruled', 'Tagihan kelebihan bayar diputuskan'), ('routed', 'Jalur bayar diganti'), ('unrouted', 'Bantuan ke dompet sendiri lagi'), ('returned', 'Bantuan ditarik kembali'), ('passed_on', 'Dompet diwariskan'), ('inherited', 'Dompet diwarisi'), ('appointed', 'Wali atau kuasa disetujui'), ('relieved', 'Wali atau kuasa berakhir'), ('fetched', 'Uang diambil wali atau kuasa')], max_length=9, verbose_name='tentang'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['paid', 'refused', 'unpaid', 'lapse', 'excluded', 'lifted', 'decided', 'answered', 'suspended', 'resumed', 'clawback', 'appealed', 'ruled', 'routed', 'unrouted', 'returned', 'passed_on', 'inherited', 'appointed', 'relieved', 'fetched'])), name='notice_kind'),
        ),
    ]
