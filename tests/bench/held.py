"""Print the peak of memory, in bytes, of decoding 20,000 numbers and keeping them: `python held.py structs|models`."""

import sys
import tracemalloc

import records
import structs

from callrounded_generated.decoding import decode_json
from callrounded_generated.models import PhoneNumberList

body = records.page()
decode = structs.decode if sys.argv[1] == "structs" else lambda body: decode_json(PhoneNumberList, body)
decode(body)
tracemalloc.start()
held = [decode(body).data for _ in range(20)]
print(tracemalloc.get_traced_memory()[1])
