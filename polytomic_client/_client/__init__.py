"""The clients for any version of the API: settings, connections, and the asyncio and blocking drivers."""
