"""The policy of one call: credential, version pin, idempotency key, retries, deadline and errors. No I/O."""
