"""Secrets that are known by their own shape, wherever they stand: keys of services, private keys, phrases."""

import re
from functools import lru_cache

from . import _secret_table as table
from ._secret_words import TO_FILL, is_jumble, is_secret



def _any_of(words):
    """A pattern of any of these words, the longest that fits; told apart by their first letters, which is quick."""
    first = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        first.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join("%s(?:%s)" % (re.escape(letter), "|".join(rests)) for letter, rests in sorted(first.items()))


_AFTER = {begin: after for begins, after, *_ in table.KEYS for begin in begins.split()}
_JUMBLES = {begin for begins, *rest in table.KEYS if len(rest) > 1 for begin in begins.split()}
#: Letters and digits that are no word, in what is as long as a key.
_UNLIKE_WORDS = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9]{16})"
    r"(?:[A-Za-z]{0,64}[0-9]+[A-Za-z]|[A-Za-z0-9]{32}|[A-Za-z]{0,64}(?:[a-z][A-Z]{2}|[A-Z][a-z][A-Z]))")
#: What is long enough to be a key, and where one may begin in it: with a word, in a text with escapes also behind one.
_RUN = re.compile(r"\b[\w./+=~:-]{14,}", re.A)
_BEGIN = re.compile(r"(?:(?<![\w-])|(?<=\\[nrt]))(?:%s)" % _any_of(_AFTER), re.A)
_PEM_MARK = re.compile(r"-{4,5} ?(BEGIN|END) [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_PEM_PART = re.compile(r"([A-Za-z0-9+/]+={0,2})|\\[nr]|.", re.S)
_PEM_BREAKS = frozenset([" ", "\t", "\r", "\n", "\\n", "\\r"])
_PEM_REACH = 16384
#: A line of a private key that came without the others.
_PEM_LINE = re.compile(r"[A-Za-z0-9+/]+")
_AWS_ID = re.compile(r"(?<![A-Z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])")
_AWS_SECRET = re.compile(r"(?<![\w/+])[A-Za-z0-9/+]{40}(?![\w/+=])", re.A)
_AWS_REACH = 200
_SMALL, _LARGE, _OTHER = re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[^A-Za-z]")


@lru_cache(maxsize=None)
def _compiled(pattern):
    return re.compile(pattern, re.A)


def shapes_in(scan, text, small):
    """[(start, end)] of what says itself that it is a secret. ``small``: the text in small letters."""
    if scan.is_spent(1 + len(text) // 256):
        return [(0, len(text))]
    spans = []
    for run in _RUN.finditer(text):
        if scan.is_spent():
            return spans + [(run.start(), len(text))]
        spans += _keys_in(text, *run.span())
    for begin, pattern in table.PHRASES:
        at = small.find(begin)
        while at >= 0:
            if scan.is_spent(3):
                return spans + [(at, len(text))]
            found = _compiled(pattern).match(text, at)
            if found and not TO_FILL.fullmatch(found.group(1)) and is_secret("sure", found.group(1)):
                spans.append(found.span(1))
            at = small.find(begin, at + len(begin))
    if "PRIVATE KEY" in text:
        spans += _private_keys(scan, text)
    if "AKIA" in text or "ASIA" in text:
        spans += _near_an_id(scan, text)
    return spans


def _keys_in(text, start, end):
    """The keys in a run of the characters that keys are made of."""
    spans, begin = [], _BEGIN.search(text, start, end)
    while begin is not None:
        after = _compiled(_AFTER[begin.group()]).match(text, begin.end(), end)
        if after is not None and begin.group() in _JUMBLES and not _is_made(after.group()):
            after = None
        if after is not None:
            spans.append((begin.start(), after.end()))
        begin = _BEGIN.search(text, after.end() if after else begin.start() + 1, end)
    for marks, pattern in table.KEYS_WITH if end - start > 32 else ():
        if any(text.find(mark, start, end) >= 0 for mark in marks.split()):
            spans += [found.span() for found in _compiled(pattern).finditer(text, start, end)]
    if end - start in table.KEY_LINES and _is_line(text, start, end) and _PEM_LINE.fullmatch(text, start, end):
        if _is_mixed(text[start:end]):
            spans.append((start, end))
    return spans


def _is_made(said):
    """Whether what follows the begin of a key was made at random, and is not a name: sk-learn, pa-100k."""
    return is_jumble(said) or _UNLIKE_WORDS.search(said) is not None


def _near_an_id(scan, text):
    """Beside an AWS key id stands its secret, which has no shape of its own but its length."""
    spans = []
    for one in _AWS_ID.finditer(text):
        if scan.is_spent(60):
            return spans + [(one.start(), len(text))]
        near = _AWS_SECRET.finditer(text, max(0, one.start() - _AWS_REACH), min(len(text), one.end() + _AWS_REACH))
        spans += [found.span() for found in near if _is_mixed(found.group())]
    return spans


def _is_line(text, start, end):
    if end < len(text) and not text.startswith(("\n", "\r\n"), end):
        return False
    before = text[max(0, start - 8) : start].rsplit("\n", 1)[-1]
    return before.strip(" \t+-") == ""


def _is_mixed(text):
    return bool(_SMALL.search(text) and _LARGE.search(text) and _OTHER.search(text))


def _private_keys(scan, text):
    spans, at, begin = [], 0, -1
    for found in _PEM_MARK.finditer(text):
        if scan.is_spent(2):
            return spans + [(found.start(), len(text))]
        is_begin = found.group(1) == "BEGIN"
        # In code that looks for one, a quote ends it.
        if is_begin and begin < 0 and not text.startswith(("'", '"', "`"), found.end()):
            begin = found.end()
        if is_begin:
            continue
        start = _start_of_lines(text, at, found.start()) if begin < 0 else begin
        if start >= 0 and text[start : found.start()].strip(" \r\n*") != "":
            spans.append((start, found.start()))
        at, begin = found.end(), -1
    return spans + [(begin, len(text))] if begin >= 0 and text[begin:].strip(" \r\n*") != "" else spans


def _start_of_lines(text, low, end):
    """Where the lines of a key begin that ends here, the first of them cut off; -1 where there are none."""
    begin, is_short, is_sure = -1, False, False
    for part in _PEM_PART.finditer(text, max(low, end - _PEM_REACH), end):
        line = part.group(1)
        if line is None and part.group() in _PEM_BREAKS:
            continue
        if line is None or is_short:
            begin, is_short, is_sure = -1, False, False
        if line is None:
            continue
        begin = part.start() if begin < 0 else begin
        is_short = len(line) < 16
        is_sure = is_sure or not is_short or line.endswith("=")
    return begin if is_sure else -1
