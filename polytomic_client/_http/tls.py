"""TLS: which CAs are trusted, and which failures of a handshake no retry can mend."""

from __future__ import annotations

import os
import ssl
from functools import cache

from .._core.warnings import SecurityWarning, warn
from .._text import quoted, shown
from ..errors import ConfigurationError

ALPN = "http/1.1"


def choose_tls(ssl_context: object, *, verify: object, needed: bool) -> ssl.SSLContext | None:
    """Return the TLS settings of a client, or None for those with the CAs of certifi, which are made when first needed.

    Args:
        ssl_context: The user's, which is never changed.
        verify: Whether the server is verified.
        needed: Whether the client has connections over TLS, so that SSL_CERT_FILE and SSL_CERT_DIR matter.

    Raises:
        ConfigurationError: They contradict each other, or are none.
    """
    if not isinstance(verify, bool):
        raise ConfigurationError(
            f"verify must be True or False, not {type(verify).__name__}: an authority or a client certificate is "
            "what ssl_context=ssl.create_default_context(cafile=...) is for"
        )
    if ssl_context is None:
        if verify:
            return environment_context() if needed else None
        ssl_context = with_alpn(ssl.create_default_context())
        ssl_context.check_hostname = False
        ssl_context.verify_mode = ssl.CERT_NONE
    elif not isinstance(ssl_context, ssl.SSLContext):
        raise ConfigurationError(f"ssl_context must be an ssl.SSLContext, not {type(ssl_context).__name__}")
    elif not verify:
        raise ConfigurationError("give ssl_context=... or verify=False, not both: the context says what is verified")
    if ssl_context.verify_mode is not ssl.CERT_REQUIRED or not ssl_context.check_hostname:
        warn(
            "certificates are not verified: whoever is between this program and the API can read the key and the data",
            SecurityWarning,
        )
    return ssl_context


def environment_context() -> ssl.SSLContext | None:
    """Return the context that SSL_CERT_FILE and SSL_CERT_DIR describe, or None where neither is set.

    Raises:
        ConfigurationError: One names what does not exist or holds no certificates.
    """
    file, directories = (os.environ.get(name) or None for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    if file is None and directories is None:
        return None
    if file is not None and not os.path.isfile(file):  # noqa: PTH113  (a Path would normalise the name)
        raise ConfigurationError(f"SSL_CERT_FILE must name an existing file of CA certificates, got {shown(file)}.")
    for directory in [] if directories is None else directories.split(os.pathsep):
        if not os.path.isdir(directory):  # noqa: PTH112
            raise ConfigurationError(f"SSL_CERT_DIR must name existing directories, got {shown(directory)}.")
    try:
        return tls_context(file, directories)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"SSL_CERT_FILE or SSL_CERT_DIR cannot be loaded: {error}") from None


@cache
def tls_context(file: str | None = None, directories: str | None = None) -> ssl.SSLContext:
    """Return a context that verifies the server, made once for a process: loading the CAs takes 20 ms.

    Args:
        file: A file of CA certificates.
        directories: Directories of CA certificates, as OpenSSL separates them. Without either, the CAs of certifi.
    """
    if file is None and directories is None:
        import certifi

        file = certifi.where()
    return with_alpn(ssl.create_default_context(cafile=file, capath=directories))


def with_alpn(context: ssl.SSLContext) -> ssl.SSLContext:
    """Have a context of ours ask for HTTP/1.1. One that a user made is never changed."""
    context.set_alpn_protocols([ALPN])
    return context


def server_hostname(host: str) -> str:
    """Return the name that a certificate has for a host: without the dot that makes a name absolute (RFC 6066)."""
    return host.removesuffix(".")


def other_protocol(alpn: str | None) -> str | None:
    """Return why a connection cannot be used on which another protocol was agreed on."""
    if alpn in (None, ALPN):
        return None
    return (
        f"ssl_context must negotiate HTTP/1.1, got {quoted(alpn)!r}. Call ssl_context.set_alpn_protocols(['http/1.1'])."
    )


def refusal(error: object) -> ssl.SSLError | None:
    """Return the TLS error behind an error, if it is about a certificate or an alert: no retry mends these.

    Any other failure of a handshake, such as a connection that ends, may be gone the next time.
    """
    # httpcore wraps a TLS error as its argument, and httpx wraps httpcore's error as its cause.
    while isinstance(error, BaseException) and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or (error.args[0] if error.args else None)
    if isinstance(error, ssl.SSLCertVerificationError) or (
        isinstance(error, ssl.SSLError) and "ALERT" in (error.reason or "")
    ):
        return error
    return None
