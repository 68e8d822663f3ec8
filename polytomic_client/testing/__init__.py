"""Tests for services that use this client: the sandbox in process, with scripted faults.

    from polytomic_client.testing import Answer, FakePolytomic

    fake = FakePolytomic()
    fake.fail(Answer(429, headers={"Retry-After": "2"}), "get_bulk_destination")
    with fake.blocking_client() as client:
        client.get_bulk_destination(fake.world.connections[0].id)
    assert fake.clock.slept == [2]

There is no server, no socket and no thread, and nothing waits. It needs the extra `sandbox`:
`pip install '.[sandbox]'` in a clone of the repository. pytest has the fixture
`fake_polytomic`.
"""

from ._clock import FakeClock
from ._fake import BASE_URL, AsyncSettings, FakePolytomic, FakeTransport, Received, Settings
from ._faults import Answer, CutShort, Fault, Handle, OtherVersion, Refused, Reset, Silence

__all__ = (
    "BASE_URL",
    "Answer",
    "AsyncSettings",
    "CutShort",
    "FakeClock",
    "FakePolytomic",
    "FakeTransport",
    "Fault",
    "Handle",
    "OtherVersion",
    "Received",
    "Refused",
    "Reset",
    "Settings",
    "Silence",
)
