"""One call: credential, version pin, idempotency key, retries, deadline and errors. Without I/O."""
