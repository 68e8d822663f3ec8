"""Common workflows of several calls, each a single call here. Written once for both clients."""
