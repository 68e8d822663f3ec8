"""The clients for each dated version of the API: its operations and workflows on top of the common client."""
