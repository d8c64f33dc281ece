"""A recording as a page: every call with its times, what was sent and answered, and how to make it again.

Path("recording.html").write_text(page(read("recording.har")))
"""

from __future__ import annotations

from rawdocker.report.page import Origins as Origins
from rawdocker.report.page import page as page
from rawdocker.report.recording import Recording as Recording
from rawdocker.report.recording import read as read

__all__ = ["Origins", "Recording", "page", "read"]
