"""How often an address uses the open page, by a keyed digest."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0303_staged_by_line'),
    ]

    operations = [
        migrations.CreateModel(
            name='SenderPace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sender', models.BinaryField(unique=True)),
                ('paced_until', models.DateTimeField(db_index=True)),
            ],
            options={
                'verbose_name': 'laju pengirim',
                'verbose_name_plural': 'laju pengirim',
            },
        ),
    ]
