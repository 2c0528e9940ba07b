"""QRIS codes as text and back: the published strings, every tag, whatever a code may say, and whatever is wrong with one."""

from __future__ import annotations

import string
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet.qris import (
    Account,
    AdditionalData,
    Code,
    Fault,
    Language,
    QrisError,
    Tip,
    TipKind,
    crc,
    decode,
    encode,
)

STATIC = (
    "00020101021126680016ID.CO.CONTOH.WWW01189360080030000000120215CTH0000000000010303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200123456780303UMI5204541153033605802ID5914WARUNG BU SITI6013JAKARTA TIMUR61051333063040B5B"
)
DYNAMIC = (
    "00020101021226680016ID.CO.CONTOH.WWW01189360080030000000120215CTH0000000000010303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200123456780303UMI5204541153033605405250005802ID5914WARUNG BU SITI6013JAKARTA TIMUR6105133306216"
    "0512INV-2026-0016304EEF0"
)
ACQUIRER = Account("26", "ID.CO.CONTOH.WWW", "936008003000000012", "CTH000000000001", "UMI")
NATIONAL = Account("51", "ID.CO.QRIS.WWW", merchant_id="ID1020012345678", criteria="UMI")
WARUNG = Code(name="WARUNG BU SITI", city="JAKARTA TIMUR", mcc="5411", accounts=(ACQUIRER, NATIONAL), postcode="13330")


def sealed(body: str) -> str:
    """The body with a checksum that fits: what is wrong with it is not that."""
    return body + "6304" + crc(body + "6304")


def refused(text: str) -> tuple[str, Fault]:
    with pytest.raises(QrisError) as caught:
        decode(text)
    error = caught.value
    assert error.tag in str(error) and error.data["remedy"] in str(error)
    return error.tag, error.fault


# --- the published strings ---


def test_the_checksum_of_the_standard() -> None:
    assert crc("123456789") == "29B1"


def test_the_published_static_code() -> None:
    assert decode(STATIC) == WARUNG
    assert encode(WARUNG) == STATIC
    assert WARUNG.nmid == "ID1020012345678"


def test_the_published_dynamic_code() -> None:
    code = replace(WARUNG, dynamic=True, amount=25_000, additional=AdditionalData(reference="INV-2026-001"))
    assert decode(DYNAMIC) == code
    assert encode(code) == DYNAMIC


# --- every tag ---

EVERY_TAG = Code(
    name="KOPI SÉNJA",
    city="JAKARTA",
    mcc="5814",
    accounts=(replace(ACQUIRER, others=(("04", "X"),)), replace(ACQUIRER, tag="45"), NATIONAL),
    dynamic=True,
    amount=9_999_999_999_999,
    tip=Tip(TipKind.FIXED, amount=500),
    postcode="10110",
    additional=AdditionalData(
        bill="B1",
        mobile="***",
        store="S1",
        loyalty="L1",
        reference="R1",
        customer="C1",
        terminal="T1",
        purpose="P1",
        asked_of_consumer="AME",
        others=(("50", "0004ABCD"),),
    ),
    language=Language("ZH", "早晨咖啡", "雅加達", others=(("03", "x"),)),
    others=(("02", "4000123456789012"), ("65", "later"), ("80", "0002XY")),
)


def test_every_tag_comes_back() -> None:
    text = encode(EVERY_TAG)
    assert decode(text) == EVERY_TAG
    assert [text.index(f"{tag}") for tag in ("0002", "0102")] == [0, 6]
    assert "5910KOPI SÉNJA" not in text and "5911KOPI SÉNJA" in text  # É is two bytes


def test_a_length_counts_bytes_where_the_value_is_not_ascii() -> None:
    text = encode(EVERY_TAG)
    assert "0112早晨咖啡" in text
    wrong = text[:-8].replace("0112早晨咖啡", "0104早晨咖啡")
    assert refused(sealed(wrong)) == ("64.01", Fault.LENGTH)


@pytest.mark.parametrize("percent", ["0.01", "5", "12.5", "99.99"])
def test_a_tip_in_percent(percent: str) -> None:
    code = replace(WARUNG, tip=Tip(TipKind.PERCENT, percent=Decimal(percent)))
    assert f"57{len(percent):02}{percent}" in encode(code)
    assert decode(encode(code)) == code


def test_a_tip_that_the_buyer_is_asked_for() -> None:
    code = replace(WARUNG, tip=Tip(TipKind.PROMPT))
    assert decode(encode(code)) == code


@pytest.mark.parametrize("written", ["25000", "25000.", "25000.0", "25000.00"])
def test_an_amount_with_the_decimals_that_rupiah_do_not_have(written: str) -> None:
    body = DYNAMIC[:-8].replace("540525000", f"54{len(written):02}{written}")
    assert decode(sealed(body)).amount == 25_000


# --- what is wrong, each with its tag ---

BODY = STATIC[:-8]
FAULTS: list[tuple[str, str, Fault]] = [
    ("", "-", Fault.TRUNCATED),
    ("\ud800", "-", Fault.TEXT),
    (sealed(BODY + "80" + "99" + "x" * 99 + "81" + "99" + "x" * 99 + "82" + "99" + "x" * 99), "-", Fault.LENGTH),
    ("hello", "-", Fault.TAG),
    ("٠٠02", "-", Fault.TAG),
    ("00", "00", Fault.TRUNCATED),
    ("0002", "00", Fault.TRUNCATED),
    ("00x101", "00", Fault.LENGTH),
    ("0000", "00", Fault.LENGTH),
    (STATIC[:-10], "61", Fault.TRUNCATED),
    (BODY, "63", Fault.MISSING),
    (STATIC[6:], "00", Fault.MISSING),
    (sealed(BODY[6:] + BODY[:6]), "00", Fault.ORDER),
    (STATIC + "6501x", "63", Fault.ORDER),
    (STATIC[:-4] + "0000", "63", Fault.CRC),
    (STATIC[:-4] + STATIC[-4:].lower(), "63", Fault.CRC),
    (BODY + "6303123", "63", Fault.LENGTH),
    (sealed(BODY.replace("000201", "000202", 1)), "00", Fault.VALUE),
    (sealed(BODY.replace("010211", "010213", 1)), "01", Fault.VALUE),
    (sealed(BODY.replace("010211", "", 1)), "01", Fault.MISSING),
    (sealed(BODY.replace("5303360", "5303840")), "53", Fault.VALUE),
    (sealed(BODY.replace("5303360", "")), "53", Fault.MISSING),
    (sealed(BODY.replace("5802ID", "5802MY")), "58", Fault.VALUE),
    (sealed(BODY.replace("52045411", "")), "52", Fault.MISSING),
    (sealed(BODY.replace("52045411", "520454A1")), "52", Fault.VALUE),
    (sealed(BODY.replace("52045411", "5204٥٤")), "52", Fault.VALUE),
    (sealed(BODY.replace("5204541152", "") + "5303360"), "53", Fault.DUPLICATE),
    (sealed(BODY.replace("5914WARUNG BU SITI", "")), "59", Fault.MISSING),
    (sealed(BODY.replace("5914WARUNG BU SITI", "5926" + "W" * 26)), "59", Fault.LENGTH),
    (sealed(BODY.replace("5914WARUNG BU SITI", "5903W\nX")), "59", Fault.VALUE),
    (sealed(BODY.replace("6013JAKARTA TIMUR", "6016JAKARTA TIMUR RT")), "60", Fault.LENGTH),
    (sealed(BODY.replace("6013JAKARTA TIMUR", "")), "60", Fault.MISSING),
    (sealed(BODY.replace("610513330", "611113330133301")), "61", Fault.LENGTH),
    (sealed(BODY.replace("0016ID.CO.CONTOH.WWW", "0416ID.CO.CONTOH.WWW")), "26.00", Fault.MISSING),
    (sealed(BODY.replace("0118936008003000000012", "011893600800300000001X")), "26.01", Fault.VALUE),
    (sealed(BODY.replace("0303UMI5144", "0303XXX5144")), "26.03", Fault.VALUE),
    (sealed(BODY.replace("0014ID.CO.QRIS.WWW", "0014ID.CO.QRIS.COM")), "51.00", Fault.VALUE),
    (sealed(BODY.replace("0215ID1020012345678", "0215XX1020012345678")), "51.02", Fault.VALUE),
    (
        sealed(BODY.replace("51440014ID.CO.QRIS.WWW0215ID1020012345678", "51250014ID.CO.QRIS.WWW")),
        "51.02",
        Fault.MISSING,
    ),
    (sealed(BODY.replace("0303UMI52", "0304UMI52")), "51.03", Fault.TRUNCATED),
    (sealed(BODY[:12] + BODY[BODY.index("5204") :]), "51", Fault.MISSING),
    (sealed(BODY + "5401" + "0"), "54", Fault.VALUE),
    (sealed(BODY + "5402" + "05"), "54", Fault.VALUE),
    (sealed(BODY + "5403" + "1.5"), "54", Fault.VALUE),
    (sealed(BODY + "5403" + "1e3"), "54", Fault.VALUE),
    (sealed(BODY + "5402" + "-1"), "54", Fault.VALUE),
    (sealed(BODY + "5405" + "1_000"), "54", Fault.VALUE),
    (sealed(BODY + "5414" + "1" * 14), "54", Fault.LENGTH),
    (sealed(BODY + "550204"), "55", Fault.VALUE),
    (sealed(BODY + "550202"), "56", Fault.MISSING),
    (sealed(BODY + "550203"), "57", Fault.MISSING),
    (sealed(BODY + "5603500"), "56", Fault.UNEXPECTED),
    (sealed(BODY + "57015"), "57", Fault.UNEXPECTED),
    (sealed(BODY + "5502015603500"), "56", Fault.UNEXPECTED),
    (sealed(BODY + "5502025603500" + "57015"), "57", Fault.UNEXPECTED),
    (sealed(BODY + "5502035701" + "0"), "57", Fault.VALUE),
    (sealed(BODY + "5502035703" + "100"), "57", Fault.VALUE),
    (sealed(BODY + "5502035705" + "1.234"), "57", Fault.VALUE),
    (sealed(BODY + "62050502X"), "62.05", Fault.TRUNCATED),
    (sealed(BODY + "6230" + "0726" + "T" * 26), "62.07", Fault.LENGTH),
    (sealed(BODY + "6210" + "0701A" + "0701B"), "62.07", Fault.DUPLICATE),
    (sealed(BODY + "6205" + "0901Z"), "62.09", Fault.VALUE),
    (sealed(BODY + "6403" + "xyz"), "64", Fault.TAG),
    (sealed(BODY + "6406" + "0002ZH"), "64.01", Fault.MISSING),
    (sealed(BODY + "6411" + "0002Z1" + "0101X"), "64.00", Fault.VALUE),
]


@pytest.mark.parametrize(("text", "tag", "fault"), FAULTS, ids=[f"{tag} {fault}" for _, tag, fault in FAULTS])
def test_what_is_wrong_is_named_with_its_tag(text: str, tag: str, fault: Fault) -> None:
    assert refused(text) == (tag, fault)


CROWDED = AdditionalData(bill="x" * 25, store="x" * 25, terminal="x" * 25, purpose="x" * 9)  # 100 bytes
WRONG_TO_WRITE: list[tuple[Code, str, Fault]] = [
    (replace(WARUNG, accounts=()), "51", Fault.MISSING),
    (replace(WARUNG, accounts=(replace(ACQUIRER, tag="46"),)), "46", Fault.TAG),
    (replace(WARUNG, accounts=(ACQUIRER, ACQUIRER)), "26", Fault.DUPLICATE),
    (replace(WARUNG, accounts=(replace(ACQUIRER, others=(("01", "x"),)),)), "26.01", Fault.TAG),
    (replace(WARUNG, name=""), "59", Fault.MISSING),
    (replace(WARUNG, name="\ud800"), "59", Fault.VALUE),
    (replace(WARUNG, amount=0), "54", Fault.VALUE),
    (replace(WARUNG, amount=10**13), "54", Fault.LENGTH),
    (replace(WARUNG, tip=Tip(TipKind.FIXED)), "56", Fault.MISSING),
    (replace(WARUNG, tip=Tip(TipKind.PERCENT)), "57", Fault.MISSING),
    (replace(WARUNG, tip=Tip(TipKind.PERCENT, percent=Decimal("0.001"))), "57", Fault.VALUE),
    (replace(WARUNG, tip=Tip(TipKind.PROMPT, amount=1)), "56", Fault.UNEXPECTED),
    (replace(WARUNG, others=(("63", "0000"),)), "63", Fault.TAG),
    (replace(WARUNG, others=(("65", "a"), ("65", "b"))), "65", Fault.DUPLICATE),
    (replace(WARUNG, additional=CROWDED), "62", Fault.LENGTH),
    (replace(WARUNG, language=Language("id", "")), "64.01", Fault.MISSING),
]  # fmt: skip


@pytest.mark.parametrize(("code", "tag", "fault"), WRONG_TO_WRITE)
def test_what_no_code_may_say_is_not_written(code: Code, tag: str, fault: Fault) -> None:
    with pytest.raises(QrisError) as caught:
        encode(code)
    assert (caught.value.tag, caught.value.fault) == (tag, fault)


# --- whatever a code says comes back; whatever is changed in it is noticed ---


def text(most: int, alphabet: Any = None) -> st.SearchStrategy[str]:
    """Text of so many bytes at most, as a merchant's name may be."""
    letters = alphabet or st.characters(exclude_categories=("Cc", "Cs"))
    fitting = st.text(letters, min_size=1, max_size=most).map(
        lambda value: value.encode()[:most].decode(errors="ignore")
    )
    return fitting.filter(bool)


ASCII = string.ascii_letters + string.digits + " .-"
CRITERIA = st.sampled_from(["UMI", "UKE", "UME", "UBE", "URE"])
acquirers = st.builds(
    Account,
    tag=st.sampled_from([str(number) for number in range(26, 46)]),
    guid=text(32, ASCII),
    pan=st.text(string.digits, max_size=19),
    merchant_id=st.just("") | text(15, ASCII),
    criteria=st.just("") | CRITERIA,
)
nationals = st.builds(
    Account,
    tag=st.just("51"),
    guid=st.just("ID.CO.QRIS.WWW"),
    merchant_id=st.from_regex(r"ID[0-9]{13}\Z", fullmatch=True).filter(str.isascii),
    criteria=CRITERIA,
)
tips = (
    st.just(Tip(TipKind.PROMPT))
    | st.builds(Tip, st.just(TipKind.FIXED), amount=st.integers(1, 10**13 - 1))
    | st.builds(Tip, st.just(TipKind.PERCENT), percent=st.integers(1, 9_999).map(lambda n: Decimal(n) / 100))
)
LABELS = ("bill", "mobile", "store", "loyalty", "reference", "customer", "terminal", "purpose")
labelled = st.dictionaries(st.sampled_from(LABELS), text(20), max_size=3).map(lambda told: AdditionalData(**told))
languages = st.builds(Language, st.sampled_from(["ZH", "ar", "jv"]), text(25), st.just("") | text(15))
codes = st.builds(
    Code,
    name=text(25),
    city=text(15),
    mcc=st.text(string.digits, min_size=4, max_size=4),
    accounts=st.tuples(acquirers, nationals) | st.tuples(nationals) | st.tuples(acquirers),
    dynamic=st.booleans(),
    amount=st.none() | st.integers(1, 10**13 - 1),
    tip=st.none() | tips,
    postcode=st.just("") | st.text(string.digits, min_size=5, max_size=5),
    additional=labelled,
    language=st.none() | languages,
)


@given(codes)
def test_whatever_a_code_says_comes_back(code: Code) -> None:
    written = encode(code)
    assert decode(written) == code
    assert encode(decode(written)) == written
    assert written[:6] == "000201" and written[-8:-4] == "6304"


@given(codes, st.data())
def test_a_code_in_which_one_character_was_changed_is_refused(code: Code, data: st.DataObject) -> None:
    """The checksum finds every burst of at most 16 bits; a character of ASCII is eight."""
    written = encode(code)
    places = [place for place, letter in enumerate(written) if letter.isascii()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from(string.printable).filter(lambda letter: letter != written[place]))
    tag, _ = refused(written[:place] + other + written[place + 1 :])
    assert tag


@given(codes, st.data())
def test_a_code_that_was_cut_is_refused(code: Code, data: st.DataObject) -> None:
    written = encode(code)
    refused(written[: data.draw(st.integers(0, len(written) - 1))])


@given(st.text(max_size=600))
def test_any_text_is_read_or_refused(content: str) -> None:
    with suppress(QrisError):  # and nothing else
        decode(content)


@given(st.text(max_size=80))
def test_any_text_before_a_checksum_that_fits_is_read_or_refused(content: str) -> None:
    try:
        body = sealed(BODY + content)
    except UnicodeEncodeError:
        return
    with suppress(QrisError):
        read = decode(body)
        assert decode(encode(read)) == read
