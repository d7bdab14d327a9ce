"""Types of documents and filters, and the limits of a document."""

from __future__ import annotations

from typing import Any

from bson.codec_options import CodecOptions, DatetimeConversion

Document = dict[str, Any]
Filter = dict[str, Any]

# The most bytes of a document on a server; a command may be slightly larger.
LARGEST_DOCUMENT = 16 * 2**20

# Reads documents that Python cannot hold: a date beyond the year 9999, text that is not UTF-8.
LENIENT: CodecOptions[Document] = CodecOptions(
    datetime_conversion=DatetimeConversion.DATETIME_AUTO, unicode_decode_error_handler="replace"
)
