"""The pytest fixture `fake_polytomic`, for `pytest_plugins = ["polytomic_client.testing.pytest_plugin"]`.

An installed package needs no such line: its entry point makes the fixture known. pytest loads the plugin once, because
the name of the entry point is that of the module.
"""

pytest_plugins = ["polytomic_client_pytest"]
