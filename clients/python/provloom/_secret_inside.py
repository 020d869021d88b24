"""Values that are more than one: what stands in brackets, and YAML's lists and blocks."""

import re

from ._secret_quotes import backslashes, close_of
from ._secret_words import is_secret

#: The mark of a YAML text that stands on the lines below.
BLOCK = re.compile(r"[|>][+-]?[0-9]?[+-]?[ \t\r]*(?=\n|\Z)")
_ITEM = re.compile(r"\n[+ ]?[ \t]*-[ \t]+([^\n]*)")
_INDENT = re.compile(r"[+-]?([ \t]*)")
_ELEMENT = re.compile(r"[\"']|[^\s,;:=\[\]{}()\"']+", re.A)
_IS_KEY = re.compile(r"[ \t]*:")
_BRACKET = re.compile(r"[\"'()\[\]{}]")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_FAR = 65536


def closing_bracket(scan, text, start, low, limit):
    """Where the bracket at a place is closed, at most some way off; else the end of the line."""
    at, open_ones, far = start, [], min(len(text), start + _FAR)
    while at < far and not scan.is_spent():
        found = _BRACKET.search(text, at, far)
        if found is None:
            break
        char, at = found.group(), found.end()
        if char in "\"'":
            close = close_of(scan, text, at, far, char, backslashes(text, found.start(), low))
            at = close[1] if close else at
        elif char in _CLOSING:
            open_ones.append(_CLOSING[char])
        elif open_ones and char == open_ones[-1]:
            open_ones.pop()
            if not open_ones:
                return found.start()
    single = text.find(_CLOSING[text[start]], start, limit)
    return single if single >= 0 else limit


def single_brace(scan, text, at, limit):
    """Where ODBC's braces are closed: two of them are one that belongs to the value."""
    while not scan.is_spent():
        found = text.find("}", at, limit)
        if found < 0 or text[found + 1 : min(limit, found + 2)] != "}":
            return found
        at = found + 2
    return -1


def add_elements(scan, text, bounds, level, has_words, spans):
    """Adds the texts of a list or object, and in JSON and YAML its words; the names of an object stay."""
    begin, end = bounds
    at, has_names = begin, text[begin - 1] == "{"
    # auth=("user", "password")
    comma = text.find(",", begin, end) if level == "pair" and text[begin - 1] == "(" else -1
    while at < end:
        if scan.is_spent():
            spans.append((begin - 1, len(text)))
            return
        found = _ELEMENT.search(text, at, end)
        if found is None:
            break
        start, at = found.span()
        stop, is_quoted = at, found.group() in ("'", '"')
        if is_quoted:
            close = close_of(scan, text, at, end, found.group())
            start, (stop, at) = at, close or (at, at)
        elif not has_words:
            continue
        is_name = (is_quoted or has_names) and _IS_KEY.match(text, at) is not None
        of_one = "sure" if 0 <= comma < start else level
        if not is_name and is_secret(of_one, text[start:stop]):
            spans.append((start, stop))


def add_list_below(scan, text, start, level, spans):
    """Adds the items of a YAML list below its name; returns how far it came."""
    at = start
    while True:
        item = _ITEM.match(text, at)
        if item is None:
            return at
        if scan.is_spent(2):
            spans.append((start, len(text)))
            return len(text)
        said = item.group(1).strip("\r \"'")
        if ": " not in said and is_secret(level, said):
            spans.append(item.span(1))
        at = item.end()


def add_block_below(scan, text, name, at, spans):
    """Adds the lines of a YAML text below its name, those that are indented more; returns how far it came."""
    indent = len(_INDENT.match(text, text.rfind("\n", 0, name) + 1).group(1))
    while at < len(text):
        if scan.is_spent(2):
            spans.append((at, len(text)))
            return len(text)
        line = text.find("\n", at + 1)
        line = len(text) if line < 0 else line
        lead = _INDENT.match(text, at + 1)
        if lead.end() < line and len(lead.group(1)) <= indent:
            break
        if is_secret("sure", text[lead.end() : line]):
            spans.append((lead.end(), line))
        at = line
    return at
