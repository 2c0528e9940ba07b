"""Every error has one shape, whatever went wrong."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from tests.mobile.people import PHONE, error_of

pytestmark = pytest.mark.django_db

REQUEST = "/api/v1/activation/request"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"\xff\xfe",
        b'{"phone": "+6281234567890", "phone": "+6281398765432"}',
        b'{"phone": "\\u0000"}',
        b'{"phone": "\\ud800"}',
    ],
)
def test_a_body_that_is_no_clean_json_object(api: APIClient, body: bytes) -> None:
    answer = api.post(REQUEST, body, content_type="application/json")
    assert answer.status_code == 400
    assert error_of(answer)["code"] == ("body_invalid" if body else "field_required")


def test_a_form_is_no_json(api: APIClient) -> None:
    answer = api.post(REQUEST, f"phone={PHONE}", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 415 and error_of(answer)["code"] == "unsupported_media_type"
    assert error_of(answer)["message"] == "Kirim permintaan sebagai application/json."


def test_a_huge_body_is_not_read(api: APIClient) -> None:
    answer = api.post(REQUEST, {"phone": PHONE, "more": "x" * 20_000}, format="json")
    assert answer.status_code == 413 and error_of(answer)["code"] == "body_too_large"


def test_the_wrong_method(api: APIClient, hers: APIClient) -> None:
    answer = api.get(REQUEST)
    assert answer.status_code == 405 and error_of(answer)["code"] == "method_not_allowed"
    assert error_of(answer)["message"] == "Alamat ini tidak menerima metode GET."
    assert "POST" in answer["Allow"]
    assert error_of(hers.post("/api/v1/me"))["code"] == "method_not_allowed"


def test_an_answer_that_is_not_json_is_not_to_be_had(api: APIClient) -> None:
    answer = api.post(REQUEST, {"phone": PHONE}, format="json", HTTP_ACCEPT="text/html")
    assert answer.status_code == 406 and error_of(answer)["code"] == "not_acceptable"
    assert error_of(answer)["message"] == "Jawaban kami hanya berupa application/json."


def test_the_answer_says_its_language(api: APIClient) -> None:
    for asked, told in (("en", "en"), ("id", "id"), ("fr", "id"), ("en-US,id;q=0.5", "en")):
        answer = api.post(REQUEST, {}, format="json", HTTP_ACCEPT_LANGUAGE=asked)
        assert answer["Content-Language"] == told
        assert "Accept-Language" in answer["Vary"]


@pytest.mark.parametrize("path", ["none", "me/", "devices/abc/revoke", "a/b/c"])
def test_an_address_that_is_not_there_answers_in_the_one_shape(api: APIClient, path: str) -> None:
    for answer in (api.get(f"/api/v1/{path}"), api.post(f"/api/v1/{path}", {}, format="json")):
        assert answer.status_code == 404
        assert error_of(answer)["code"]
