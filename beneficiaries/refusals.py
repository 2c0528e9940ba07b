"""Why a row of the registry file is refused: a code for programs, a reason and a remedy for the officer.

Neither text ever quotes the refused value, so both may be logged and shown. The officer corrects the errors file by
them, so each remedy is an act, not a rule.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from django.utils.translation import gettext_lazy as _

KK, NIK, NAME, SEX, BIRTH_DATE = "KK", "NIK", "NAMA", "JENIS_KELAMIN", "TANGGAL_LAHIR"
PHONE, ADDRESS, KELURAHAN, DECILE = "TELEPON", "ALAMAT", "KODE_KELURAHAN", "DESIL"
COLUMNS = (KK, NIK, NAME, SEX, BIRTH_DATE, PHONE, ADDRESS, KELURAHAN, DECILE)
RT, RW, RELATION, SCHOOLING, DISABILITY = "RT", "RW", "HUBUNGAN", "SEKOLAH", "DISABILITAS"
OCCUPATION, PREGNANT = "PEKERJAAN", "HAMIL"
# A file may have these beside COLUMNS; what it does not have stays as it is for people already known.
OPTIONAL_COLUMNS = (RT, RW, RELATION, SCHOOLING, DISABILITY, OCCUPATION, PREGNANT)
ALL_COLUMNS = COLUMNS + OPTIONAL_COLUMNS
ROW = "BARIS"  # the refused thing is the row itself, not one of its fields

_AS_TEXT = _("Ketik ulang nomornya dari kartu. Di Excel, atur dulu format kolom sebagai Teks.")
_FROM_CARD = _("Cocokkan dengan kartu keluarga dan KTP, lalu perbaiki.")

# code: (reason, remedy). Codes are stable: they are counted and stored with the import.
TEXTS: dict[str, tuple[Any, Any]] = {
    # --- any field ---
    "missing": (_("Kosong, padahal wajib diisi."), _("Isi dari kartu keluarga atau KTP.")),
    "spaces": (_("Ada spasi di awal, di akhir, atau spasi ganda."), _("Hapus spasi yang berlebih.")),
    "invisible": (
        _("Ada karakter yang tidak terlihat (BOM, tab, spasi khusus atau sejenisnya)."),
        _("Hapus isi sel, lalu ketik ulang dengan papan ketik, jangan disalin-tempel."),
    ),
    "foreign_digits": (_("Ada angka yang bukan 0–9."), _("Ketik ulang angkanya dengan 0–9.")),
    "quotes": (_('Ada tanda kutip (").'), _("Hapus tanda kutipnya.")),
    "formula": (
        _("Diawali =, +, - atau @, sehingga lembar kerja menjalankannya sebagai rumus."),
        _("Ketik ulang isinya tanpa tanda itu."),
    ),
    "formula_cell": (
        _("Sel ini berisi rumus, bukan isinya."),
        _("Salin kolomnya, lalu tempel di tempat yang sama sebagai nilai (Tempel Khusus, Nilai)."),
    ),
    "error_cell": (_("Sel ini berisi kesalahan Excel, misalnya #N/A."), _("Ketik isi yang benar, atau kosongkan.")),
    "digits_lost": (
        _("Disimpan Excel sebagai bilangan, sehingga angka terakhirnya hilang."),
        _("Atur dulu format kolom sebagai Teks, lalu ketik ulang nomornya dari kartu."),
    ),
    "too_long": (_("Lebih panjang dari %(limit)s karakter."), _("Singkat isinya.")),
    # --- NIK and KK ---
    "length": (_("Panjangnya %(length)s karakter, seharusnya 16 angka."), _AS_TEXT),
    "not_digits": (_("Berisi selain angka."), _AS_TEXT),
    "scientific": (
        _("Ditulis Excel sebagai bilangan seperti 3,17E+15, sehingga angka terakhirnya hilang."),
        _("Atur dulu format kolom sebagai Teks, lalu ketik ulang nomornya dari kartu."),
    ),
    "region": (
        _("Enam angka pertama bukan kode kecamatan yang ada."),
        _("Periksa enam angka pertama pada kartu. Bila sama, tanyakan ke Dukcapil."),
    ),
    "date_part": (_("Angka ke-7 sampai ke-12 bukan tanggal yang mungkin."), _FROM_CARD),
    "serial": (_("Empat angka terakhir tidak boleh 0000."), _("Periksa empat angka terakhir pada kartu.")),
    "nik_birth_date": (_("Tanggal lahir dalam NIK berbeda dengan kolom TANGGAL_LAHIR."), _FROM_CARD),
    "nik_sex": (_("Jenis kelamin dalam NIK berbeda dengan kolom JENIS_KELAMIN."), _FROM_CARD),
    # --- the other fields ---
    "name_letters": (
        _("Nama berisi angka, tanda, atau huruf yang bukan Latin."),
        _("Tulis nama seperti pada KTP: huruf Latin, spasi, dan tanda ' . , - / saja."),
    ),
    "sex": (_("Bukan L atau P."), _("Isi L untuk laki-laki atau P untuk perempuan.")),
    "date_format": (
        _("Bukan tanggal berbentuk TTTT-BB-HH atau HH/BB/TTTT."),
        _("Tulis tahun-bulan-hari, misalnya 1970-12-31, atau hari/bulan/tahun, misalnya 31/12/1970."),
    ),
    "date_two_digits": (
        _("Tahunnya hanya dua angka, sehingga abadnya tidak pasti."),
        _("Tulis tahunnya dengan empat angka, misalnya 1970-12-31."),
    ),
    "date_future": (_("Tanggal lahir di masa depan."), _FROM_CARD),
    "date_old": (_("Umur lebih dari %(years)s tahun."), _FROM_CARD),
    "phone": (
        _("Bukan nomor telepon seluler Indonesia."),
        _("Tulis nomor seluler seperti 0812-3456-7890, atau kosongkan."),
    ),
    "kelurahan": (
        _("Bukan kode kelurahan Kemendagri yang ada."),
        _("Isi kode seperti 31.71.01.1001 dari daftar wilayah Kemendagri."),
    ),
    "decile": (_("Bukan bilangan bulat 1 sampai 10."), _("Isi desil DTSEN keluarga ini, 1 sampai 10.")),
    # --- the fields that a file may leave out ---
    "rt": (_("Bukan nomor RT atau RW, 001 sampai 999."), _("Isi nomornya saja, misalnya 003, atau kosongkan.")),
    "relation": (
        _("Bukan hubungan dengan kepala keluarga yang dikenal."),
        _(
            "Isi salah satu: Kepala keluarga, Suami, Istri, Anak, Menantu, Cucu, Orang tua, Mertua, Famili lain, "
            "Pembantu, Lainnya; atau kosongkan."
        ),
    ),
    "relation_sex": (
        _("Tidak cocok dengan kolom JENIS_KELAMIN: suami berjenis kelamin L, istri P."),
        _FROM_CARD,
    ),
    "schooling": (
        _("Bukan jenjang sekolah yang dikenal."),
        _(
            "Isi jenjang yang sedang diikuti: Tidak bersekolah, PAUD/TK, SD/MI, SMP/MTs, SMA/MA, SMK, PKBM, Perguruan tinggi; "
            "atau kosongkan."
        ),
    ),
    "disability": (
        _("Bukan ragam disabilitas yang dikenal."),
        _("Isi salah satu: Tidak ada, Fisik, Netra, Rungu, Wicara, Intelektual, Mental, Ganda; atau kosongkan."),
    ),
    "occupation": (
        _("Bukan pekerjaan yang dikenal."),
        _(
            "Isi salah satu: Tidak bekerja, Pelajar/mahasiswa, Mengurus rumah tangga, Buruh/pekerja lepas, Petani/nelayan, "
            "Pedagang/wiraswasta, Pengemudi, Karyawan swasta, PNS/PPPK, TNI, Polri, Pegawai BUMN/BUMD, Pensiunan, Lainnya; "
            "atau kosongkan."
        ),
    ),
    "pregnant": (_("Bukan YA atau TIDAK."), _("Isi YA atau TIDAK, atau kosongkan bila tidak diketahui.")),
    "pregnant_male": (_("Hamil, padahal jenis kelaminnya L."), _FROM_CARD),
    # --- evidence ---
    "choice": (_("Bukan salah satu dari: %(choices)s."), _("Isi persis salah satu di antaranya.")),
    "plate": (_("Bukan nomor polisi Indonesia."), _("Tulis seperti B 1234 XYZ.")),
    "rupiah": (_("Bukan rupiah bulat."), _("Isi angkanya saja, tanpa titik, koma atau Rp.")),
    "yes_no": (_("Bukan ya atau tidak."), _("Isi ya atau tidak.")),
    "evidence_text": (
        _("Lebih panjang dari %(limit)s karakter, tidak terbaca, atau memuat NIK atau nomor KK."),
        _("Singkat isinya. NIK dan nomor KK hanya boleh di kolomnya sendiri."),
    ),
    "date_iso": (_("Bukan tanggal berbentuk TTTT-BB-HH."), _("Tulis tahun-bulan-hari, misalnya 2026-12-31.")),
    "erased": (_("Data orangnya dihapus atas permintaannya."), _("Hapus barisnya dari berkas Anda.")),
    "evidence_future": (_("Tanggal di masa depan."), _("Isi tanggal faktanya, bukan tanggal berlakunya.")),
    "evidence_ends_early": (_("Berakhir sebelum tanggal faktanya."), _("Perbaiki salah satu tanggalnya.")),
    "unknown_field": (_("Tidak dikenal untuk jenis bukti ini."), _("Kosongkan atau hapus isinya.")),
    "one_number": (_("Harus ada NIK atau nomor KK, salah satu saja."), _("Isi yang satu, kosongkan yang lain.")),
    "needs_nik": (_("Bukti jenis ini tentang orang."), _("Isi NIK orangnya, kosongkan nomor KK.")),
    "needs_kk": (_("Bukti jenis ini tentang keluarga."), _("Isi nomor KK keluarganya, kosongkan NIK.")),
    "not_known": (_("Tidak ada di registri."), _("Periksa nomornya, atau impor orangnya ke registri dahulu.")),
    "scope": (_("Jenis ini di luar izin kunci Anda."), _("Minta izinnya kepada pengelola Salur.")),
    "reference_taken": (
        _("Nomor rujukan ini sudah dipakai untuk isi yang berbeda."),
        _("Kirim koreksinya dengan nomor rujukan baru."),
    ),
    # --- the row, and rows against each other ---
    "columns_few": (
        _("Baris ini kekurangan kolom: ada %(found)s, seharusnya %(expected)s."),
        _("Lengkapi kolomnya; kolom kosong pun tetap diberi tanda pemisah."),
    ),
    "columns_many": (
        _("Baris ini kelebihan kolom: ada %(found)s, seharusnya %(expected)s."),
        _("Hapus kolom yang berlebih, atau hapus tanda pemisah di dalam alamat atau nama."),
    ),
    "quotes_open": (_("Tanda kutip tidak ditutup pada baris yang sama."), _("Hapus tanda kutipnya.")),
    "same_row": (_("Sama dengan baris %(other)s."), _("Hapus baris ini; baris yang pertama sudah diterima.")),
    "nik_twice": (
        _("NIK ini juga ada di baris %(other)s dengan data yang berbeda."),
        _("Periksa kartunya, sisakan satu baris yang benar."),
    ),
    "household_differs": (
        _("Berbeda dengan baris %(other)s, padahal nomor KK-nya sama."),
        _("Samakan alamat, RT, RW, kelurahan dan desil semua anggota KK ini, atau perbaiki nomor KK-nya."),
    ),
    "head_twice": (
        _("Baris %(other)s juga kepala keluarga dengan nomor KK yang sama."),
        _("Periksa kartu keluarganya, sisakan satu kepala keluarga, dan perbaiki kolom HUBUNGAN yang lain."),
    ),
    "spouse_twice": (
        _("Baris %(other)s juga suami atau istri kepala keluarga dengan nomor KK yang sama."),
        _("Periksa kartu keluarganya, sisakan satu suami atau istri, dan perbaiki kolom HUBUNGAN yang lain."),
    ),
    "head_known": (
        _("Keluarga ini sudah punya kepala keluarga di registri."),
        _(
            "Periksa kartu keluarganya dan perbaiki kolom HUBUNGAN. Bila kepalanya memang berganti, tulis juga baris kepala "
            "yang lama dengan hubungannya sekarang, atau ganti dahulu kepalanya di registri."
        ),
    ),
    "spouse_known": (
        _("Keluarga ini sudah punya suami atau istri kepala keluarga di registri."),
        _(
            "Periksa kartu keluarganya dan perbaiki kolom HUBUNGAN. Bila memang berganti, tulis juga baris suami atau istri "
            "yang lama dengan hubungannya sekarang."
        ),
    ),
    "registry_differs": (
        _("Berbeda dengan data keluarga ini di registri."),
        _(
            "Samakan dengan anggota KK ini yang sudah diterima. Bila keluarganya memang pindah atau desilnya berubah, "
            "impor semua anggotanya dalam berkas tanpa kolom BARIS, KOLOM, ALASAN, PERBAIKAN."
        ),
    ),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """One thing wrong: `field` is the column's header, or `ROW`; `data` fills the placeholders of the texts."""

    field: str
    code: str
    data: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def reason(self) -> str:
        """What is wrong, in the reader's language."""
        return str(TEXTS[self.code][0]) % self.data

    @property
    def remedy(self) -> str:
        """What to do about it, in the reader's language."""
        return str(TEXTS[self.code][1])


def title(key: str) -> str:
    """A line for a summary from a key `FIELD.code`, as an import stores its counts."""
    column, _dot, code = key.partition(".")
    # A summary counts many rows, so it says the reason without the numbers of any one of them.
    reason = str(TEXTS[code][0]) % dict.fromkeys(
        ("limit", "length", "years", "found", "expected", "other", "choices"), "…"
    )
    return f"{column}: {reason}"
