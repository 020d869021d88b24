"""Where in a text to look closer: the lines, or parts of long ones, in which a secret may stand."""

import re
from bisect import bisect_left
from functools import lru_cache

from . import _secret_table as table
from ._secret_value import is_call
from ._secret_words import level_of, level_of_option

HINTS = "|".join(table.HINTS)
_HINT = re.compile(r"%s|-(?:%s)(?=[\"',= \t])" % (HINTS, "|".join(table.PAIR_OPTIONS + table.PERHAPS_OPTIONS)), re.A)
#: What shells are given has hints of its own, and some are words of prose.
_COMMANDS = {name.lower() for row in table.PROGRAMS for name in row["of"].split()} - set(table.PLAIN_PROGRAMS)
_COMMAND_MARKS = "\"'/`()|;,&$[{:=>"
#: What words of a command have that others have not: options, escapes, quotes in the middle of a word, input.
_WORDS = re.compile(r"(?:^|[\s\"'(\[,=])--?[A-Za-z]|\\|<<|\w[\"']\w|\"\"|''|\"'|'\"", re.A | re.M)
_NAME_TAIL = re.compile(r"[\w.$@/-]{0,128}", re.A)
_NAME_CHARS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$@/-"
_NAME_REACH = 64
_BEHIND_NAME = re.compile(r"[\"'\\\])`]{0,8}[ \t]{0,16}(?:[=:,>\"'|]|->|[!+]=|<<|\\|\r?\n[ \t]*-|\Z)")
#: The way from a name to its value, and what all has that may be made at random.
_VALUE_BEGIN = re.compile(r"[\"']?\]?[ \t]{0,16}(?:=>|->|:=|[!+=]?=+|:(?!:))[ \t]{0,16}")
_TURNING = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z]+[0-9]+[A-Za-z]+[0-9]|[0-9]+[A-Za-z]+[0-9]+[A-Za-z])")
#: How much of a value is looked at here.
_VALUE_REACH = 256
#: A longer line is read around the hints in it, and in pieces; the next piece begins a bit before the last one ended.
_LONG_LINE, _WINDOW, _PIECE, _OVERLAP = 8192, 2048, 16384, 512


def regions(scan, text, small, commands, is_code):
    """(start, stop, end of the line) of where to look closer.

    ``commands``: where programs are named. ``is_code``: a value that code makes is none.
    """
    start = stop = limit = 0
    for at, end in _hints(small, commands):
        if scan.is_spent():
            yield start if stop > start else at, len(text), len(text)
            return
        if at < stop and (stop == limit or at + _WINDOW <= stop):
            continue
        if end > 0 and not _is_hot(scan, text, at, end, is_code):
            continue
        if at < stop:
            stop = min(at + 2 * _WINDOW, limit)
            if stop - start > _PIECE:
                yield start, start + _PIECE + _OVERLAP, limit
                start += _PIECE
            continue
        if stop > start:
            yield start, stop, limit
        start, limit = _line_around(text, at, stop)
        stop = limit
        if limit - start > _LONG_LINE:
            start, stop = max(start, at - _WINDOW), min(limit, at + 2 * _WINDOW)
    if stop > start:
        yield start, stop, limit


def _hints(small, commands):
    """(start, end) of the places where to look closer, in order; the end is 0 where nothing more is to be asked."""
    one = 0
    for found in _HINT.finditer(small):
        while one < len(commands) and commands[one] < found.start():
            yield commands[one], 0
            one += 1
        yield found.span()
    for at in commands[one:]:
        yield at, 0


def commands_in(scan, small):
    """Where programs are named. The words are told apart roughly, which is quick."""
    words = small
    for mark in _COMMAND_MARKS:
        words = words.replace(mark, " ")
    present = _COMMANDS.intersection(words.split())
    starts = []
    for found in _any_command(tuple(sorted(present))).finditer(small) if present else ():
        if scan.is_spent():
            return [0]
        starts.append(found.start())
    return starts


def is_command(text, commands, start, stop):
    """Whether there may be words of a command in a part of a text."""
    one = bisect_left(commands, start)
    return (one < len(commands) and commands[one] < stop) or _WORDS.search(text[start:stop]) is not None


@lru_cache(maxsize=64)
def _any_command(names):
    before = r"(?:(?<=[%s\s])|(?<!.))" % re.escape(_COMMAND_MARKS)
    return re.compile(before + r"(?:%s)(?=[\"']?,?[ \t\"'])" % "|".join(names), re.A | re.S)


def _is_hot(scan, text, start, end, is_code):
    """Whether the name at a hint may be a secret's, and has a value that may be one."""
    if text[start] == "-":
        return start == 0 or not is_word(text[start - 1])
    scan.is_spent()
    start, end = name_around(text, start, end, 0)
    is_option = text.startswith("--", start)
    level = level_of_option(text[start + 2 : end]) if is_option else level_of(text[start:end], start > 0 and text[start - 1] in "?&#")
    if level is None:
        return False
    if text[start] == "-":
        return True
    found = _BEHIND_NAME.match(text, end)
    if found is None or not is_code:
        return found is not None
    value = _VALUE_BEGIN.match(text, end)
    if value is None:
        return True
    name = None if text[end : end + 1] in ("'", '"') else start
    at, end = value.end(), min(len(text), value.end() + _VALUE_REACH)
    line = text.find("\n", at, end)
    end = end if line < 0 else line
    if at == end or level != "perhaps":
        return at == end or not is_call(text, at, end, name)
    scan.is_spent(1 + (end - at) // 16)
    return _TURNING.search(text[at:end]) is not None


def is_word(char):
    return char.isascii() and (char.isalnum() or char == "_")


def name_around(text, start, end, low):
    """(start, end) of the name around a hint."""
    before = text[max(low, start - _NAME_REACH) : start]
    start -= len(before) - len(before.rstrip(_NAME_CHARS))
    return start, _NAME_TAIL.match(text, end).end()


def line_end(text, at):
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _line_around(text, at, low):
    """The line of a place, with those that a backslash at the end joins to it."""
    start = at
    while start > low:
        start = text.rfind("\n", low, start) + 1 or low
        if start <= low or not text.endswith("\\", 0, start - 1):
            break
        start -= 1
    end = at
    while True:
        end = text.find("\n", end)
        if end < 0:
            return start, len(text)
        if not text.endswith("\\", 0, end):
            return start, end
        end += 1
