"""One function for each operation of the Engine API; each returns a `Call` and sends nothing.

The function's name is the specification's operationId in snake_case, its keyword arguments are the API's own parameter
names: what is read in the API documentation is what is typed. None means: not sent, the engine's default holds.
"""

from __future__ import annotations
