"""Recordings: what passes between a client and an engine as a HAR 1.2 file, written as it goes and read again.

recorder = HarRecorder("session.har")
with Client(observers=[recorder]) as docker: ...
recorder.close()
for entry in read("session.har").entries:
    print(entry.method, entry.target, entry.status)

recorder.py   the observer: keeps what passes until an exchange has ended, in bounded memory
entry.py      an exchange as an entry of a HAR file, without its secrets
file.py       the file: after each entry a whole HAR document
reader.py     the file as values
"""

from rawdocker.har.reader import Entry, Message, Recording, read
from rawdocker.har.recorder import MAX_BODY, HarRecorder

__all__ = ["MAX_BODY", "Entry", "HarRecorder", "Message", "Recording", "read"]
