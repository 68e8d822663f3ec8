"""The clients of each dated version of the API: its operations and workflows on the common client."""
