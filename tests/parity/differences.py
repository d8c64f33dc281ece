"""Where rawdocker is meant to differ from docker: the id of a case, and why.

Such a case fails once it no longer differs.
"""

from __future__ import annotations

INTENDED: dict[str, str] = {}
