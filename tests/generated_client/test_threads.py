"""Any number of threads may read at once, the first time too."""

import json
import pickle
from collections.abc import Callable

from callrounded.testing import sample_records

PROGRAM = """
import attrs, json, pickle, sys, threading
sys.setswitchinterval(1e-6)
from callrounded_generated import models
from callrounded_generated.decoding import decode_json
text = {text!r}
unpickled = pickle.loads({pickled!r})
start = threading.Barrier(16)
written, failed = [], []
def read():
    try:
        start.wait()
        evolved = attrs.evolve(unpickled, name="A")
        answer = decode_json(models.PhoneNumberList, text)
        written.append((answer.to_json(), evolved.to_json(), repr(answer), str(attrs.fields(type(unpickled)))))
    except BaseException as error:
        failed.append(error)
threads = [threading.Thread(target=read) for _ in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not failed, failed
assert len(written) == 16 and len(set(written)) == 1, written
print(written[0][0].hex())
"""


def test_the_first_use_from_many_threads(python: Callable[[str], str]) -> None:
    """Threads that all read the first page of the process at once get the same, and so does who copies meanwhile."""
    from callrounded_generated.models import PhoneNumberList

    records = sample_records(20)
    for index, record in enumerate(records):
        record["type"] = ("pstn", "sip", "fax")[index % 3]
        record["new"] = index
    answer = PhoneNumberList.from_dict({"data": records})
    program = PROGRAM.format(text=json.dumps({"data": records}), pickled=pickle.dumps(answer.data[0]))
    for _ in range(10):  # Where something is wrong, about one in twenty shows it.
        assert json.loads(bytes.fromhex(python(program))) == {"data": records}
