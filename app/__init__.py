"""The face: HTTP, HTML, commands and wiring. Nothing below imports it."""

from __future__ import annotations

VERSION = "0.1.0"
