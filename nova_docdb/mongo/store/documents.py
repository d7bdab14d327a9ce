"""The types of what the driver takes and gives."""

from __future__ import annotations

from typing import Any

from bson.codec_options import CodecOptions, DatetimeConversion

Document = dict[str, Any]
Filter = dict[str, Any]

# The bytes of one document, to a server; a command has a little more.
LARGEST_DOCUMENT = 16 * 2**20

# Reads documents that Python cannot hold: a date beyond the year 9999, text that is not UTF-8.
LENIENT: CodecOptions[Document] = CodecOptions(
    datetime_conversion=DatetimeConversion.DATETIME_AUTO, unicode_decode_error_handler="replace"
)
