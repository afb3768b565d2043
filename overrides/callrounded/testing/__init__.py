"""A Rounded API to test with: in memory, deterministic, and able to fail in every way a network can.

Nothing else in `callrounded` imports this package.
"""

from callrounded.testing._fake import Conditions, FakeRounded
from callrounded.testing._faults import Fault
from callrounded.testing._messages import Break, Pause, ReceivedRequest, Reply
from callrounded.testing._records import sample_records
from callrounded.testing._server import Server
from callrounded.testing._transport import FakeTransport

__all__ = [
    "Break",
    "Conditions",
    "FakeRounded",
    "FakeTransport",
    "Fault",
    "Pause",
    "ReceivedRequest",
    "Reply",
    "Server",
    "sample_records",
]
