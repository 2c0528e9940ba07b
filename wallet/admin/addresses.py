"""Addresses that an officer enters for a partner: said at once what is wrong with them, in words."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from wallet.webhooks import endpoints

MOST_HOSTS = 20


def checked_notify_url(url: str) -> str:
    """The beginning of an address that notices go to, without the slash at its end; empty for none. Raises ValidationError."""
    if not url:
        return ""
    try:
        parts = endpoints.check(url)
    except endpoints.AddressRefused as error:
        raise ValidationError(
            _(
                "Alamat ini tidak dapat dipakai. Isi alamat https seperti https://mitra.example/snap, tanpa nama pengguna "
                "dan tanpa tanda #."
            )
        ) from error
    if parts.query:
        raise ValidationError(_("Alamat ini tidak boleh berisi tanda tanya: jalur layanan ditambahkan di belakangnya."))
    return url.rstrip("/")


def checked_hosts(hosts: list[str]) -> list[str]:
    """Host names in lower case, each once. Raises ValidationError naming the one at fault."""
    found = []
    for host in hosts:
        name = host.strip().lower()
        if not endpoints.HOST.fullmatch(name) or "." not in name:
            raise ValidationError(_("%(host)s bukan nama host. Isi seperti toko.example."), params={"host": host[:60]})
        found.append(name)
    if len(found) > MOST_HOSTS:
        raise ValidationError(_("Paling banyak %(most)s host."), params={"most": MOST_HOSTS})
    return list(dict.fromkeys(found))
