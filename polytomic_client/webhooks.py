"""Checking that a webhook is from Polytomic."""

from __future__ import annotations

import hmac
from base64 import b64decode

from ._text import shown
from .errors import PolytomicError


class WebhookSignatureError(PolytomicError, ValueError):
    """A webhook's signature is not that of its body: it is not from Polytomic, or was changed on its way."""


def verify_webhook(body: bytes, signature: str | None, secret: str, *, digest: str = "sha256") -> None:
    """Check that a webhook is from Polytomic, in constant time.

    Args:
        body: The body of the request, as it came: parsing and writing it again would change it.
        signature: The request's `Polytomic-Signature`, None where it has none: the HMAC of the body. The API's guide
            does not say how it is written; hexadecimal and base64 are understood, with `sha256=` before them or not.
        secret: The secret of the webhook.
        digest: The name of the hash, as `hashlib` has it. The API's guide names none; SHA-256 is a guess.

    Raises:
        WebhookSignatureError: The signature is not that of the body. Answer the request with a 4xx and do nothing.
        ValueError: There is no such hash, or the secret is empty.

    Example:
        verify_webhook(await request.body(), request.headers.get("Polytomic-Signature"), secret)
    """
    if not secret:
        raise ValueError("the secret of the webhook is empty")
    try:
        expected = hmac.new(secret.encode(), body, digest).digest()
    except (TypeError, ValueError):
        raise ValueError(f"digest must be the name of a hash of hashlib, such as sha256, not {shown(digest)}") from None
    if not isinstance(signature, str):
        raise WebhookSignatureError("the webhook has no signature, or not as a text")
    given = _decode_signature(signature.strip().removeprefix(f"{digest}="), len(expected))
    if not hmac.compare_digest(expected, given):
        raise WebhookSignatureError("the signature of the webhook is not that of its body")


def _decode_signature(text: str, size: int) -> bytes:
    try:
        return bytes.fromhex(text) if len(text) == 2 * size else b64decode(text, validate=True)
    except ValueError:
        return b""
