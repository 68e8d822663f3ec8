"""The clients of no particular version: settings, connections, and the asyncio and blocking drivers."""
