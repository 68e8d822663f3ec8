"""Sends HTTP/1.1 requests: messages, one exchange without I/O, and the connection pools that drive it."""
