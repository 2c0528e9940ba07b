"""Objections in the application; who was left out before approval is a ground of arrears; who left the registry is suspended."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('disbursement', '0403_take_back_guards'),
    ]

    operations = [
        migrations.AlterField(
            model_name='clawback',
            name='objection_channel',
            field=models.CharField(blank=True, choices=[('office', 'Kantor'), ('phone', 'Telepon'), ('letter', 'Surat'), ('kelurahan', 'Kelurahan'), ('app', 'Aplikasi')], db_default='', default='', max_length=9, verbose_name='disampaikan lewat'),
        ),
        migrations.AlterField(
            model_name='enrolmentstep',
            name='reason',
            field=models.CharField(choices=[('rule', 'Memenuhi syarat program'), ('enrolled', 'Didaftarkan'), ('place', 'Mendapat tempat dari daftar tunggu'), ('readmitted', 'Didaftarkan kembali'), ('verify', 'Perlu verifikasi lapangan'), ('not_found', 'Tidak ditemukan di alamatnya'), ('documents', 'Dokumen belum lengkap'), ('reported', 'Ada laporan yang diperiksa'), ('left', 'Tidak tercatat lagi di registri'), ('cleared', 'Pemeriksaan selesai'), ('expired', 'Masa penangguhan habis'), ('upheld', 'Keberatan dikabulkan'), ('undone', 'Penggabungan atau impor dibatalkan'), ('graduated', 'Lulus, sudah mandiri'), ('not_eligible', 'Tidak lagi memenuhi syarat'), ('deceased', 'Meninggal dunia'), ('moved_away', 'Pindah ke luar wilayah'), ('own_wish', 'Permintaan sendiri'), ('double_aid', 'Menerima bantuan lain yang tidak boleh dirangkap'), ('untrue', 'Data tidak benar'), ('household', 'Keluarganya sudah punya peserta lain'), ('merged', 'Terdaftar ganda'), ('other', 'Alasan lain')], max_length=12, verbose_name='alasan'),
        ),
        migrations.AlterField(
            model_name='owedcycle',
            name='ground',
            field=models.CharField(choices=[('exclusion', 'Pengecualian dibatalkan'), ('failed', 'Gagal dibayar dan tidak disusul'), ('left_out', 'Dikeluarkan pada pemeriksaan awal'), ('late', 'Terlambat didaftarkan'), ('restored', 'Kepesertaan dipulihkan'), ('other', 'Sebab lain')], default='other', max_length=9, verbose_name='sebab'),
        ),
        migrations.AddIndex(
            model_name='payoutline',
            index=models.Index(condition=models.Q(('sends__gt', 0), ('state', 'ready')), fields=['provider', 'chunk'], name='payout_again'),
        ),
    ]
