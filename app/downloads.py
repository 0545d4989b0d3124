"""Files written for one answer: streamed from disk, gone when the answer has been sent.

In: a function that writes to a path. Out: `download`, a response. Called by exports of the list, the
import screens and the API.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from flask import Response, send_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
SHEETS = {"xlsx": XLSX, "csv": CSV}


def download(write: Callable[[Path], object], name: str, media_type: str) -> Response:
    """The file that `write` makes, as an attachment called `name`."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "file"
        write(target)
        content = target.open("rb")  # the folder goes now, the bytes with the last reader
    response = send_file(content, media_type, as_attachment=True, download_name=name)
    response.call_on_close(content.close)
    return response
