"""English is complete: every string has its text, every text its string's placeholders, and readers of English get it."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation.template import templatize

from disbursement.admin.enrolments import facts_in_words
from mobile.errors import PhoneInvalid, TooManyCodes
from mobile.models import OtpChallenge
from wallet.errors import InsufficientFunds

ROOT = Path(settings.BASE_DIR)
APPS = ("beneficiaries", "config", "demo", "disbursement", "mobile", "officers", "sandbox", "vault", "wallet")
PO = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
# What a translation carries over unchanged: %(name)s, %s, {name}, HTML tags and entities, newlines.
CARRIED = re.compile(r"%\(\w+\)[#0\- +]*[\d.]*[a-zA-Z]|%%|%[a-zA-Z]|\{\w*\}|</?\w[^>]*>|&\w+;|\n")

with PO.open("rb") as file:
    CATALOGUE = read_po(file, locale="en", abort_invalid=True)
ENTRIES = [message for message in CATALOGUE if message.id]


def forms(text: object) -> tuple[str, ...]:
    """The singular and plural of a plural entry; the one text of any other."""
    return tuple(text) if isinstance(text, (tuple, list)) else (str(text),)


def carried(text: str) -> tuple[list[str], bool, bool]:
    return sorted(CARRIED.findall(text)), text != text.lstrip(), text != text.rstrip()


def broken(entry: Message) -> bool:
    """True if a form of the translation does not carry over what its source form holds."""
    sources = forms(entry.id)
    return any(
        carried(text) != carried(sources[min(number, len(sources) - 1)])
        for number, text in enumerate(forms(entry.string))
    )


def _sources(pattern: str) -> list[Path]:
    return [path for app in APPS for path in (ROOT / app).rglob(pattern)]


def _key(context: str | None, text: object) -> tuple[str, str]:
    return context or "", forms(text)[0]


def _texts_of_code(source: str) -> Iterator[tuple[str, str]]:
    """The context, or "", and the text (the singular) of every literal that is translated, under whatever name."""
    tree = list(ast.walk(ast.parse(source)))
    imports = [node for node in tree if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"]
    names = {one.asname or one.name: one.name for node in imports for one in node.names}
    for node in tree:
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name):
                function = names.get(name, "")
            case ast.Attribute(value=ast.Name(id="translation"), attr=function):
                pass
            case _:
                continue
        if "gettext" not in function:
            continue
        said = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        context, *said = said if "pgettext" in function else ["", *said]
        if said:
            yield context, said[0]


def _texts_of_template(source: str) -> Iterator[tuple[str, str]]:
    """The same of a template, as Django's own extraction reads it."""
    code = io.BytesIO(templatize(source).encode())
    for _line, text, _comments, context in extract("python", code, keywords=DEFAULT_KEYWORDS):
        yield _key(context, text)


def test_every_entry_is_translated() -> None:
    assert [entry.id for entry in ENTRIES if not all(text.strip() for text in forms(entry.string))] == []
    assert [len(forms(entry.string)) for entry in ENTRIES if entry.pluralizable and len(forms(entry.string)) != 2] == []


def test_no_entry_is_a_guess_or_left_over() -> None:
    assert not CATALOGUE.fuzzy
    assert [entry.id for entry in ENTRIES if entry.fuzzy] == []
    assert list(CATALOGUE.obsolete) == []


def test_placeholders_agree() -> None:
    assert [entry.id for entry in ENTRIES if broken(entry)] == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("%(amount)s masuk.", "%(amuont)s received."),
        ("%(amount)s masuk.", "Received."),
        ("<b>Awas</b>", "<b>Careful"),
        ("Selisih: ", "Difference:"),
        (("%(count)s batch", "%(count)s batch"), ("one batch", "%(count)s batches")),
    ],
)
def test_a_lost_placeholder_is_seen(source: str | tuple[str, str], text: str | tuple[str, str]) -> None:
    assert broken(Message(source, text))


@pytest.mark.parametrize(
    ("error", "indonesian", "english"),
    [
        (
            InsufficientFunds(),
            "Saldo tidak cukup. Periksa saldo, lalu ulangi dengan jumlah yang lebih kecil.",
            "Not enough balance. Check the balance, then try again with a smaller amount.",
        ),
        (
            TooManyCodes(wait=30),
            "Terlalu banyak permintaan kode. Coba lagi dalam 30 detik.",
            "Too many codes requested. Try again in 30 seconds.",
        ),
        (
            PhoneInvalid(),
            "Nomor HP tidak dikenali. Tulis seperti 0812-3456-7890.",
            "The mobile number was not recognised. Write it like 0812-3456-7890.",
        ),
    ],
)
def test_an_error_speaks_the_readers_language(error: Exception, indonesian: str, english: str) -> None:
    assert str(error) == indonesian
    with translation.override("en"):
        assert str(error) == english


def test_words_that_makemessages_does_not_see_are_english_too() -> None:
    """It knows neither gettext under the name of now_ nor calls inside f-strings; their entries are kept by hand."""
    facts = {"person": {"age": 61, "sex": "P"}, "household": {"decile": 2, "size": 4}}
    assert facts_in_words(facts) == "umur 61 tahun, perempuan, desil 2, 4 orang sekeluarga"
    assert str(OtpChallenge(pk=7)) == "Kode masuk 7"
    with translation.override("en"):
        assert facts_in_words(facts) == "aged 61, female, decile 2, household of 4"
        assert str(OtpChallenge(pk=7)) == "Sign-in code 7"


@pytest.mark.parametrize(
    ("language", "message"),
    [
        (None, "Nomor HP tidak dikenali. Tulis seperti 0812-3456-7890."),
        ("id", "Nomor HP tidak dikenali. Tulis seperti 0812-3456-7890."),
        ("en", "The mobile number was not recognised. Write it like 0812-3456-7890."),
        ("en-GB,en;q=0.9", "The mobile number was not recognised. Write it like 0812-3456-7890."),
    ],
)
@pytest.mark.django_db
def test_a_refusal_is_in_the_language_that_was_asked_for(language: str | None, message: str) -> None:
    asked = {"Accept-Language": language} if language else {}
    answer = Client().post("/api/v1/activation/request", {"phone": "x"}, content_type="application/json", headers=asked)
    assert answer.status_code == 400
    assert answer.json()["error"] == {"code": "phone_invalid", "message": message, "field": "phone"}


def test_no_text_hides_in_an_f_string() -> None:
    """makemessages does not look there, so it would stay Indonesian without anybody's noticing."""
    hidden = re.compile(r"""f["'][^\n]*\{(_|gettext|pgettext)\(""")
    sources = _sources("*.py")
    assert len(sources) > 100
    assert [str(path.relative_to(ROOT)) for path in sources if hidden.search(path.read_text())] == []


def test_every_text_has_its_entry() -> None:
    known = {_key(entry.context, entry.id) for entry in ENTRIES}
    texts = [(path, text) for path in _sources("*.py") for text in _texts_of_code(path.read_text())]
    texts += [(path, text) for path in _sources("templates/**/*.*") for text in _texts_of_template(path.read_text())]
    assert len(texts) > 4_000
    assert [f"{path.relative_to(ROOT)}: {text}" for path, text in texts if text not in known] == []
    assert known - {text for _path, text in texts} == set(), "nobody says these any more"


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("from django.utils.translation import gettext_lazy as _\n_('a' 'b')", [("", "ab")]),
        ("from django.utils.translation import gettext as say\nf'{say(\"a\")}'", [("", "a")]),
        ("from django.utils.translation import ngettext\nngettext('a', 'b', 2)", [("", "a")]),
        ("from django.utils.translation import pgettext_lazy\npgettext_lazy('c', 'a')", [("c", "a")]),
        ("from django.utils import translation\ntranslation.gettext('a')", [("", "a")]),
        ("from django.utils.translation import gettext\ngettext(said)", []),
        ("_ = print\n_('a')", []),
    ],
)
def test_texts_are_seen_however_they_are_asked_for(source: str, texts: list[tuple[str, str]]) -> None:
    assert list(_texts_of_code(source)) == texts


@pytest.mark.parametrize(
    "source",
    [
        '{% load i18n %}{% trans "a" %}',
        '{% translate "a" as told %}"quotes\'',
        "{% blocktranslate trimmed %}\n  a\n{% endblocktranslate %}",
    ],
)
def test_texts_of_templates_are_seen(source: str) -> None:
    assert list(_texts_of_template(source)) == [("", "a")]
