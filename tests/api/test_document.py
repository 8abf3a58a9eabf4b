"""The OpenAPI document, compared with real responses."""

from typing import Any

import pytest
from pydantic import BaseModel

from api.documentation import Operation, openapi, read_example
from tests.api.conftest import Server
from tests.api.in_process import application

LISTED: list[Operation] = [
    route.handler.operation
    for route in sorted(application().router.routes, key=lambda route: route.path)
    if route.handler.operation.is_listed
]


@pytest.mark.parametrize("operation", LISTED, ids=lambda operation: operation.summary)
def test_every_operation_has_a_valid_example(operation: Operation) -> None:
    assert operation.example
    example = read_example(operation.example)
    if isinstance(operation.response, type):
        assert issubclass(operation.response, BaseModel)
        operation.response.model_validate(example)
    if operation.body:
        operation.body.model_validate(operation.body_example)


@pytest.mark.parametrize("has_keys", [False, True])
def test_common_problems_are_documented_for_every_operation(has_keys: bool) -> None:
    document = openapi(application(), has_keys=has_keys)
    for path, methods in document["paths"].items():
        for operation in methods.values():
            responses = operation["responses"]
            assert responses.keys() >= {"200", "400", "405", "408", "413", "500"}
            is_guarded = "security" in operation
            assert ({"401", "429"} <= responses.keys()) == is_guarded
            assert is_guarded <= has_keys, path
    assert "X-Request-Id" in document["components"]["responses"]["500"]["headers"]
    assert "Retry-After" in document["components"]["responses"]["429"]["headers"]


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("/recommend/{product_id}", "/recommend/5"),
        ("/audience/{product_id}", "/audience/5"),
        ("/products/sample", "/products/sample"),
        ("/customers/{customer_id}/products", "/customers/1/products"),
        ("/diagnostics", "/diagnostics"),
        ("/release", "/release"),
        ("/health", "/health"),
    ],
)
def test_headers_match_the_document(server: Server, path: str, call: str) -> None:
    document: dict[str, Any] = server.get("/openapi.json").json()
    documented = document["paths"][path]["get"]["responses"]["200"]["headers"]
    sent = server.get(call).headers
    told = {name.lower() for name in document["components"]["headers"]}
    assert {name for name in sent if name in told} == {name.lower() for name in documented}


def test_the_problem_of_a_parameter_matches_its_schema(server: Server) -> None:
    document = server.get("/openapi.json").json()
    members = document["components"]["schemas"]["Problem"]["properties"]
    assert set(server.get("/recommend/5?n=0").json()) == set(members)
