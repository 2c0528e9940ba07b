"""An agency may tell that someone attends a private school."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0028_written_once_by_column'),
    ]

    operations = [
        migrations.AlterField(
            model_name='evidence',
            name='kind',
            field=models.CharField(choices=[('employment', 'Pekerjaan'), ('vehicle', 'Kendaraan'), ('property', 'Tanah atau bangunan'), ('death', 'Kematian'), ('double_aid', 'Bantuan instansi lain'), ('school', 'Sekolah swasta'), ('community_judgement', 'Musyawarah kelurahan'), ('other', 'Lainnya')], max_length=20, verbose_name='jenis'),
        ),
    ]
