"""An identity as an agency's site signs it, written from RFC 7515 and not with the connector's own functions."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

SECRET = "shared-with-the-site-0123456789abcdef"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture
def sign() -> Callable[..., str]:
    """Signs claims, whatever they are."""

    def make(claims: Any, secret: str = SECRET, **header: Any) -> str:
        head = json.dumps({"alg": "HS256", "typ": "JWT", **header}).encode()
        signed = f"{_b64(head)}.{_b64(json.dumps(claims).encode())}"
        return f"{signed}.{_b64(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"

    return make
