"""A text says on which legal basis data is used and what withdrawing ends; a line from the app is written once."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0023_objection_files")]

    operations = [
        migrations.AddField(
            model_name="consenttext",
            name="basis",
            field=models.CharField(
                choices=[
                    ("consent", "Persetujuan"),
                    ("contract", "Perjanjian"),
                    ("law", "Kewajiban hukum"),
                    ("vital", "Kepentingan vital"),
                    ("public", "Pelayanan publik dan kewenangan"),
                    ("legitimate", "Kepentingan sah lainnya"),
                ],
                db_default="consent",
                default="consent",
                max_length=10,
                verbose_name="dasar pemrosesan",
            ),
        ),
        migrations.AddField(
            model_name="consenttext",
            name="legal_basis",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Peraturan dan pasalnya. Wajib bila dasarnya bukan persetujuan.",
                max_length=300,
                verbose_name="dasar hukum",
            ),
        ),
        migrations.AddField(
            model_name="consenttext",
            name="consequence",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="Apa yang berhenti bila ditarik; dibaca dahulu oleh yang menarik. Kosong: tidak ada yang berhenti.",
                verbose_name="akibat penarikan",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="reference",
            field=models.UUIDField(blank=True, editable=False, null=True, verbose_name="nomor dari aplikasi"),
        ),
        migrations.AddConstraint(
            model_name="consenttext",
            constraint=models.CheckConstraint(
                condition=Q(basis__in=["consent", "contract", "law", "vital", "public", "legitimate"]),
                name="consent_text_basis",
            ),
        ),
        migrations.AddConstraint(
            model_name="consenttext",
            constraint=models.CheckConstraint(
                condition=Q(basis="consent") | ~Q(legal_basis=""),
                name="consent_text_names_law",
                violation_error_message="Sebutkan dasar hukumnya bila dasar pemrosesan bukan persetujuan.",
            ),
        ),
        migrations.AddConstraint(
            model_name="consenttext",
            constraint=models.CheckConstraint(
                condition=Q(basis="consent") | Q(consequence=""),
                name="consent_text_consequence",
                violation_error_message="Akibat penarikan hanya ada bila dasar pemrosesannya persetujuan.",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(fields=("person", "reference"), name="consent_reference_once"),
        ),
    ]
