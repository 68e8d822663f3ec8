"""HTTP/1.1: messages, one exchange without I/O, and the pools of connections that drive it."""
