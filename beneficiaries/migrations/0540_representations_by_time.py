"""What was decided, ended and fetched lately is found by an index: the holder is told of it."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0511_grievances_related'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='collection',
            index=models.Index(fields=['created_at'], name='collection_made'),
        ),
        migrations.AddIndex(
            model_name='representation',
            index=models.Index(condition=models.Q(('status__in', ['approved', 'ended'])), fields=['decided_at'], name='representation_decided'),
        ),
        migrations.AddIndex(
            model_name='representation',
            index=models.Index(condition=models.Q(('status', 'ended')), fields=['ended_at'], name='representation_over'),
        ),
    ]
