"""TLS: which CAs are trusted, and which handshake failures a retry cannot fix."""

from __future__ import annotations

import os
import ssl
from functools import cache

from .._core.warnings import SecurityWarning, warn
from .._text import quoted, shown
from ..errors import ConfigurationError

ALPN = "http/1.1"


def choose_tls(ssl_context: object, *, verify: object, needed: bool) -> ssl.SSLContext | None:
    """Return the TLS settings of a client. None means the CAs of certifi, which are loaded when first needed.

    Args:
        ssl_context: The user's context, which is never changed.
        verify: Whether the server is verified.
        needed: Whether the client has connections over TLS, so that SSL_CERT_FILE and SSL_CERT_DIR matter.

    Raises:
        ConfigurationError: `ssl_context` or `verify` has another type, both contradict each other, or a variable is
            invalid.
    """
    if not isinstance(verify, bool):
        raise ConfigurationError(
            f"verify must be True or False, got {type(verify).__name__}. For a CA of your own or a client "
            "certificate, pass ssl_context=ssl.create_default_context(cafile=...)."
        )
    if ssl_context is None:
        if verify:
            return environment_context() if needed else None
        ssl_context = with_alpn(ssl.create_default_context())
        ssl_context.check_hostname = False
        ssl_context.verify_mode = ssl.CERT_NONE
    elif not isinstance(ssl_context, ssl.SSLContext):
        raise ConfigurationError(f"ssl_context must be an ssl.SSLContext, got {type(ssl_context).__name__}.")
    elif not verify:
        raise ConfigurationError(
            "verify must be True if ssl_context is given, got False. Disable verification in the context instead."
        )
    if ssl_context.verify_mode is not ssl.CERT_REQUIRED or not ssl_context.check_hostname:
        warn(
            "certificates are not verified: an attacker on the network can read the key and the data",
            SecurityWarning,
        )
    return ssl_context


def environment_context() -> ssl.SSLContext | None:
    """Return the context that SSL_CERT_FILE and SSL_CERT_DIR describe, or None if neither is set.

    Raises:
        ConfigurationError: A variable names a path that does not exist or holds no certificates.
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
    """Return a context that verifies the server, cached for the process: loading the CAs takes 20 ms.

    Args:
        file: A file of CA certificates.
        directories: Directories of CA certificates, separated as for OpenSSL. Without either, the CAs of certifi.
    """
    if file is None and directories is None:
        import certifi

        file = certifi.where()
    return with_alpn(ssl.create_default_context(cafile=file, capath=directories))


def with_alpn(context: ssl.SSLContext) -> ssl.SSLContext:
    """Make a context of the client's request HTTP/1.1, and return it. A user's context is never changed."""
    context.set_alpn_protocols([ALPN])
    return context


def server_hostname(host: str) -> str:
    """Return the name of a host in certificates: without the trailing dot of an absolute name (RFC 6066)."""
    return host.removesuffix(".")


def other_protocol(alpn: str | None) -> str | None:
    """Return the error message if a connection negotiated a protocol other than HTTP/1.1, else None."""
    if alpn in (None, ALPN):
        return None
    return (
        f"ssl_context must negotiate HTTP/1.1, got {quoted(alpn)!r}. Call ssl_context.set_alpn_protocols(['http/1.1'])."
    )


def refusal(error: object) -> ssl.SSLError | None:
    """Return the TLS error behind an error, if it is about a certificate or an alert: a retry cannot fix these.

    Any other handshake failure, for example a closed connection, may not occur again.
    """
    error = _tls_error(error)
    if error is not None and (isinstance(error, ssl.SSLCertVerificationError) or "ALERT" in (error.reason or "")):
        return error
    return None


def is_plain(error: object) -> bool:
    """Return whether the TLS error behind an error says that the server responded without TLS."""
    error = _tls_error(error)
    return error is not None and error.reason == "WRONG_VERSION_NUMBER"


def _tls_error(error: object) -> ssl.SSLError | None:
    # httpcore wraps a TLS error as its argument, and httpx wraps httpcore's error as its cause.
    while isinstance(error, BaseException) and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or (error.args[0] if error.args else None)
    return error if isinstance(error, ssl.SSLError) else None
