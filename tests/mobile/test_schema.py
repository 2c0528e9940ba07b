"""The published description of the API is complete, and its examples are true to its shapes."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import include, path
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from mobile import serializers


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    GENERATOR_STATS.reset()
    generator = SchemaGenerator(patterns=[path("api/v1/", include("mobile.urls"))])
    made: dict[str, Any] = generator.get_schema(request=None, public=True)
    return made


def test_the_schema_is_valid_and_complete(schema: dict[str, Any]) -> None:
    validate_schema(schema)
    assert not GENERATOR_STATS
    assert len(schema["paths"]) == 37
    for operations in schema["paths"].values():
        for operation in operations.values():
            assert operation["tags"] == ["Penerima"] and operation["summary"]
            for status, response in operation["responses"].items():
                assert status == "204" or "examples" in response["content"]["application/json"], operation["summary"]


def test_the_examples_fit_the_shapes(schema: dict[str, Any]) -> None:
    for operations in schema["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                for media in response.get("content", {}).values():
                    name = media["schema"]["$ref"].rpartition("/")[2]
                    shape = schema["components"]["schemas"][name]
                    for example in media["examples"].values():
                        assert example["value"].keys() <= shape["properties"].keys(), (operation["summary"], status)
                        assert set(shape.get("required", [])) <= example["value"].keys()


def test_only_activation_is_open(schema: dict[str, Any]) -> None:
    for address, operations in schema["paths"].items():
        for operation in operations.values():
            guarded = operation.get("security") == [{"deviceToken": []}]
            assert guarded != ("activation" in address)


def test_a_page_of_history_is_bounded() -> None:
    assert serializers.HISTORY_PAGE <= serializers.HISTORY_PAGE_MOST == 50
