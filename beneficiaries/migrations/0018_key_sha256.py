"""An agency's key is kept as a plain SHA-256: named a digest, it was counted as one under a key of the blind index."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0017_undecided_proposals_may_go")]
    operations = [migrations.RenameField("evidencesource", "key_digest", "key_sha256")]
