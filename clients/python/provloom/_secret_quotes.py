"""Quotes and escapes: where a quoted text ends, what it says, and where each character of that stands in the source."""

import re
from bisect import bisect_right

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(\r?\n)|(.))", re.S)
_SHELL_ESCAPE = re.compile(r"\\(?:(\r?\n)|([\"\\$`]))", re.S)
_NAMED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}


def backslashes(text, end, low):
    """How many backslashes stand right before a place."""
    reach = 16
    while True:
        piece = text[max(low, end - reach) : end]
        count = len(piece) - len(piece.rstrip("\\"))
        if count < reach:
            return count
        reach *= 4


def close_of(scan, text, start, limit, quote, depth=0):
    """(end of the content, place behind the quote) of a text that began with a quote behind ``depth`` backslashes.

    A quote inside a text that stands itself in ``n`` layers of quotes has ``depth = 2 ** n - 1`` backslashes; 2 * depth + 1
    say that it is escaped. One with fewer ends what is around. None when there is none before ``limit``.
    """
    at = start
    while True:
        found = text.find(quote, at, limit)
        if found < 0 or scan.is_spent():
            return None
        count = backslashes(text, found, at)
        left = count % (2 * (depth + 1))
        if left == depth:
            return found - depth, found + 1
        if left != 2 * depth + 1 and depth > 0:
            return found - left, found - left
        at = found + 1


class Places:
    """A text that was read out of another one, and where each of its characters stood."""

    def __init__(self):
        self._texts, self._starts, self._sources, self._length = [], [], [], 0

    def add(self, text, source):
        self._texts.append(text)
        self._starts.append(self._length)
        self._sources.append(source)
        self._length += len(text)

    def text(self):
        return "".join(self._texts)

    def length(self):
        return self._length

    def source_of(self, at):
        """Where the character at a place stood, or the text ended."""
        one = bisect_right(self._starts, at) - 1
        return self._sources[one] + at - self._starts[one]


def read_quoted(scan, text, start, end, places, escape=_ESCAPE):
    """Adds the content of a quoted text, its escapes resolved."""
    at = start
    if text.find("\\", start, end) >= 0:
        for found in escape.finditer(text, start, end):
            if scan.is_spent():
                break
            places.add(text[at : found.start()], at)
            places.add(_said(found), found.start())
            at = found.end()
    places.add(text[at:end], at)
    places.add("", end)


def read_shell_quoted(scan, text, start, end, places):
    read_quoted(scan, text, start, end, places, _SHELL_ESCAPE)


def _said(found):
    groups = found.groups()
    if len(groups) == 2:
        return groups[1] or ""
    wide, narrow, octal, line, one = groups
    if wide or narrow:
        return chr(int(wide or narrow, 16))
    if octal:
        return chr(int(octal, 8))
    return "" if line else _NAMED.get(one, one)


def joined(spans):
    """Spans in order, those that touch made one."""
    found = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
