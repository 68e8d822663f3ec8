"""Verify that a webhook is from Polytomic."""

from __future__ import annotations

import hmac
from base64 import b64decode

from ._text import shown
from .errors import PolytomicError


class WebhookSignatureError(PolytomicError, ValueError):
    """A webhook's signature does not match its body: it is not from Polytomic, or was changed in transit."""


def verify_webhook(body: bytes, signature: str | None, secret: str, *, digest: str = "sha256") -> None:
    """Verify that a webhook is from Polytomic. The comparison takes constant time.

    Args:
        body: The raw body of the request: parsing and serializing it would change it.
        signature: The request's `Polytomic-Signature` header, the HMAC of the body; None if it is missing. The API's
            guide does not document its encoding: hexadecimal and base64 are accepted, with or without `sha256=`.
        secret: The secret of the webhook.
        digest: A hash name of `hashlib`. The API's guide does not name the hash; SHA-256 is a guess.

    Raises:
        WebhookSignatureError: `signature` does not match `body`. Respond with a 4xx and ignore the webhook.
        ValueError: `digest` is not a known hash, or `secret` is empty.

    Example:
        verify_webhook(await request.body(), request.headers.get("Polytomic-Signature"), secret)
    """
    if not isinstance(body, bytes | bytearray | memoryview):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"body must be bytes, got {type(body).__name__}. Pass the raw body of the request.")
    if not isinstance(secret, str) or not secret:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ValueError("secret must be a non-empty str")
    try:
        expected = hmac.new(secret.encode(), body, digest).digest()
    except (TypeError, ValueError):
        raise ValueError(f"digest must be a hash name of hashlib, for example sha256, got {shown(digest)}.") from None
    if not isinstance(signature, str):
        raise WebhookSignatureError("the webhook does not have a signature, or it is not a str")
    given = _decode_signature(signature.strip().removeprefix(f"{digest}="), len(expected))
    if not hmac.compare_digest(expected, given):
        raise WebhookSignatureError("the webhook signature does not match the body")


def _decode_signature(text: str, size: int) -> bytes:
    try:
        return bytes.fromhex(text) if len(text) == 2 * size else b64decode(text, validate=True)
    except ValueError:
        return b""
