"""The sandbox's clock goes forward for Python and PostgreSQL alike, for good, and nowhere else."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest

from config.embedded import ROOT, read_env
from sandbox import clock
from snap_client import SnapClient
from tests.sandbox.conftest import PART, SHOP, Browser, Sandbox, code, unique

pytestmark = pytest.mark.xdist_group("sandbox")
KEYWORDS = re.compile(r"\bcurrent_(timestamp|date|time)\b|\blocaltimestamp\b|\btimeofday\b|'now'")
REAL = re.compile(KEYWORDS.pattern + r"|pg_catalog\.(now|(statement|clock|transaction)_timestamp)\(")


def _advance(browser: Browser, **span: str) -> None:
    fields = {"days": "0", "hours": "0", "minutes": "0"} | span
    assert browser.submit("/sandbox/clock/", **fields).status_code == 200


def _times(sandbox: Sandbox) -> list[datetime]:
    return list(sandbox.sql("SELECT now(), clock_timestamp(), statement_timestamp(), transaction_timestamp()")[0])


def test_a_code_expires_and_the_token_with_it(sandbox: Sandbox, client: SnapClient, browser: Browser) -> None:
    shown = code("PAID")
    assert (
        client.pay(unique("INV"), shown, "SANDBOXSHOP0003", 1_000)[1]["responseCode"] == "4036015"
    )  # it is open still
    _advance(browser, minutes="20")
    assert client.pay(unique("INV"), shown, SHOP, 1_000)[1]["responseCode"] == "4036000"
    assert client.pay(unique("INV"), code("PAID"), SHOP, 1_000)[1]["responseCode"] == "2006000"


def test_how_far_ahead_it_is_is_told_to_the_minute(browser: Browser) -> None:
    _advance(browser, minutes="7")
    shown = re.search(r"dimajukan ([0-9]+) hari ([0-9]+) jam ([0-9]+) menit", browser.get("/sandbox/").text)
    assert shown
    days, hours, minutes = map(int, shown.groups())
    _advance(browser, hours="1", minutes="2")
    later = timedelta(days=days, hours=hours + 1, minutes=minutes + 2)
    told = f"dimajukan {later.days} hari {later.seconds // 3600} jam {later.seconds // 60 % 60} menit"
    assert told in browser.get("/sandbox/").text


def test_a_settlement_day_comes(sandbox: Sandbox, client: SnapClient, browser: Browser) -> None:
    reference = unique("INV")
    paid = client.pay(reference, code("PAID"), SHOP, 25_000)[1]
    day = datetime.fromisoformat(paid["transactionDate"]).date()
    _advance(browser, days="14")  # a working day is among them, whatever the holidays
    browser.submit("/sandbox/settlement/")
    [settled] = sandbox.sql(
        "SELECT s.business_day, s.status, s.amount >= 25000 FROM wallet_settlement s"
        " JOIN wallet_merchant m ON m.id = s.merchant_id"
        " WHERE m.merchant_id = %s ORDER BY s.id DESC LIMIT 1",
        SHOP,
    )
    business_day, *rest = settled
    assert day < business_day <= day + timedelta(days=14)
    assert rest == ["paid", True]


def test_both_clocks_agree(sandbox: Sandbox, client: SnapClient, browser: Browser) -> None:
    before = _times(sandbox)
    _advance(browser, days="2", hours="3")
    after = _times(sandbox)
    for then, now in zip(before, after, strict=True):
        assert timedelta(days=2, hours=3) <= now - then < timedelta(days=2, hours=3, minutes=5)
    reference = unique("INV")
    client.pay(reference, code("PAID"), SHOP, 1_000)
    [[by_python, by_default, posted]] = sandbox.sql(
        "SELECT c.expires_at, c.created_at, t.posted_at FROM wallet_payment p JOIN wallet_paymentcode c ON c.id = p.code_id"
        " JOIN wallet_transfer t ON t.payment_id = p.id WHERE p.partner_reference_no = %s",
        reference,
    )
    ahead = sandbox.sql("SELECT salur_clock.ahead()")[0][0]
    for moment in (by_python, by_default, posted):
        assert abs(moment - ahead - datetime.now(UTC)) < timedelta(minutes=10)


def test_signed_times_stay_the_partners_own(client: SnapClient, browser: Browser) -> None:
    _advance(browser, hours="1")
    assert client.query(unique("INV"))[1]["responseCode"] == "4046101"  # and not 4016100


@pytest.mark.parametrize("seconds", ["0", "-1", str(367 * 86_400), "NULL"])
def test_the_database_lets_it_go_forward_only(sandbox: Sandbox, seconds: str) -> None:
    with pytest.raises(psycopg2.errors.InvalidParameterValue):
        sandbox.sql(f"SELECT salur_clock.advance({seconds})")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        sandbox.sql("UPDATE salur_clock.state SET ahead = interval '0' RETURNING 1")


def test_a_span_of_nothing_is_refused_with_a_word(browser: Browser) -> None:
    answer = browser.submit("/sandbox/clock/", days="0", hours="0", minutes="0")
    assert (answer.status_code, "hanya dapat maju" in answer.text) == (400, True)


def test_nobody_moves_it_without_signing_in(sandbox: Sandbox) -> None:
    before = _times(sandbox)[0]
    stranger = Browser(sandbox.url)
    answer = stranger.submit("/sandbox/clock/", days="9", hours="0", minutes="0")
    assert answer.url.endswith("/sandbox/login/")
    assert _times(sandbox)[0] - before < timedelta(days=1)


def test_every_time_that_the_database_tells_is_the_sandboxs(sandbox: Sandbox) -> None:
    """Defaults know the shadowed functions; the real ones, and keywords that cannot be shadowed, occur nowhere."""
    defaults = [text for (text,) in sandbox.sql("SELECT lower(pg_get_expr(adbin, adrelid)) FROM pg_attrdef")]
    assert sum("statement_timestamp()" in text for text in defaults) > 50
    bodies = [
        text.lower()
        for (text,) in sandbox.sql(
            "SELECT p.prosrc FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang"
            " WHERE p.pronamespace = 'public'::regnamespace AND l.lanname IN ('sql', 'plpgsql')"
        )
    ]
    triggers = [text.lower() for (text,) in sandbox.sql("SELECT pg_get_triggerdef(oid) FROM pg_trigger")]
    assert len(bodies) > 20 and len(triggers) > 20
    assert [text for text in defaults + bodies + triggers if REAL.search(text)] == []
    code = [path for part in ("wallet", "mobile", "vault") for path in (ROOT / part).rglob("*.py")]
    assert [path for path in code if "migrations" not in path.parts and KEYWORDS.search(path.read_text().lower())] == []


def test_a_database_that_is_no_sandbox_is_not_made_one(sandbox: Sandbox) -> None:
    url = read_env(PART)["OWNER_DATABASE_URL"]
    with closing(psycopg2.connect(url)) as owner, owner.cursor() as cursor:
        owner.autocommit = True
        cursor.execute("CREATE DATABASE somebodys")
    other = f"{url.rsplit('/', 1)[0]}/somebodys"
    with closing(psycopg2.connect(other)) as theirs, theirs, theirs.cursor() as cursor:
        cursor.execute("CREATE TABLE django_migrations (id integer)")
    with pytest.raises(clock.NotASandbox):
        clock.install(other)
    with closing(psycopg2.connect(other)) as theirs, theirs.cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path'), to_regnamespace('salur_clock')")
        assert cursor.fetchone() == ('"$user", public', None)
