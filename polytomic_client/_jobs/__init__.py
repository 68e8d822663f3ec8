"""Common multi-step workflows as a single call. Written once for both clients."""
