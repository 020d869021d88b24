"""Secrets that are known by their own shape, wherever they stand: keys of services, private keys, credentials in URLs."""

import re
from functools import lru_cache

from . import _secret_table as table
from ._secret_words import _TO_FILL, is_secret



def _any_of(words):
    """A pattern of any of these words, the longest that fits; told apart by their first letters, which is quick."""
    first = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        first.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join("%s(?:%s)" % (re.escape(letter), "|".join(rests)) for letter, rests in sorted(first.items()))


_AFTER = {begin: after for begins, after in table.KEYS for begin in begins.split()}
#: What is long enough to be a key, and where one may begin in it: with a word, in a text with escapes also behind one.
_RUN = re.compile(r"\b[\w./+=~:-]{14,}", re.A)
_BEGIN = re.compile(r"(?:(?<![\w-])|(?<=\\[nrt]))(?:%s)" % _any_of(_AFTER), re.A)
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----")
_PEM_END = re.compile(r"-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----")
#: A line of a private key that came without the others.
_PEM_LINE = re.compile(r"[A-Za-z0-9+/]+")
_AWS_ID = re.compile(r"(?<![A-Z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])")
_AWS_SECRET = re.compile(r"(?<![\w/+])[A-Za-z0-9/+]{40}(?![\w/+=])", re.A)
_AWS_REACH = 200


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
            if found and not _TO_FILL.fullmatch(found.group(1)) and is_secret("sure", found.group(1)):
                spans.append(found.span(1))
            at = small.find(begin, at + len(begin))
    if "PRIVATE KEY" in text:
        spans += _private_keys(text)
    if "AKIA" in text or "ASIA" in text:
        spans += _near_an_id(scan, text)
    return spans


def _keys_in(text, start, end):
    """The keys in a run of the characters that keys are made of."""
    spans, begin = [], _BEGIN.search(text, start, end)
    while begin is not None:
        after = _compiled(_AFTER[begin.group()]).match(text, begin.end(), end)
        if after is not None:
            spans.append((begin.start(), after.end()))
        begin = _BEGIN.search(text, after.end() if after else begin.start() + 1, end)
    for mark, pattern in table.KEYS_WITH if end - start > 32 else ():
        if text.find(mark, start, end) >= 0:
            spans += [found.span() for found in _compiled(pattern).finditer(text, start, end)]
    if end - start in (64, 70, 76) and _is_line(text, start, end) and _PEM_LINE.fullmatch(text, start, end):
        if _is_mixed(text[start:end]):
            spans.append((start, end))
    return spans


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
    return not text.islower() and not text.isupper() and not text.isalpha()


def _private_keys(text):
    spans, at = [], 0
    while True:
        begin = _PEM.search(text, at)
        if begin is None:
            return spans
        end = _PEM_END.search(text, begin.end())
        at = end.start() if end else len(text)
        if text[begin.end() : at].strip(" \r\n*") != "":
            spans.append((begin.end(), at))
        if end is None:
            return spans


_SCHEME_MARK = "://"
_SCHEME_BEFORE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,31}\Z")
_URL_END = re.compile(r"[\s\"'`<>]", re.A)
_FIRST_SLASH = re.compile(r"[/?#]")
_QUERY = re.compile(r"[?#]")
_HOST_END = r"(?::\d{1,5})?(?=[/?#,;)\]}\s\"'`]|\Z)"
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[\w-]+(?:\.[\w-]+)*)" + _HOST_END, re.A)
_DOTTED = re.compile(r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,})" + _HOST_END, re.A)
_DIGITS = re.compile(r"[0-9]*")
_FAR = 1024


def credentials_in_urls(scan, text, is_whole):
    """[(start, end)] of user and password of the URLs in a text; it is one URL itself when ``is_whole`` and it begins so."""
    spans, mark = [], text.find(_SCHEME_MARK)
    while mark >= 0:
        if scan.is_spent(6):
            return spans + [(mark, len(text))]
        begin = mark + len(_SCHEME_MARK)
        mark = text.find(_SCHEME_MARK, begin)
        scheme = _SCHEME_BEFORE.search(text[max(0, begin - 35) : begin - 3])
        if scheme is not None:
            end = mark if mark >= 0 else len(text)
            line = text.find("\n", begin, end)
            rest = text[begin : line if line >= 0 else end]
            size = credentials_size(scheme.group(), rest, is_whole and begin - 3 == len(scheme.group()))
            if size > 0:
                spans.append((begin, begin + size))
    return spans


def credentials_size(scheme, rest, is_whole=True):
    """How long user and password are, at the begin of what follows ``scheme://``."""
    stop = None if is_whole else _URL_END.search(rest)
    url = rest[: stop.start()] if stop else rest
    slash = _FIRST_SLASH.search(url)
    edge = slash.start() if slash else len(url)
    size = url.rfind("@", 0, edge)
    if size >= 0:
        size = _behind_an_at(url, size, edge)
    elif slash is not None:
        size = _behind_a_slash(url, edge)
    elif stop is not None:
        size = _behind_a_blank(rest, len(url))
    if size <= 0 or not is_secret("sure", url[:size]):
        return 0
    is_account = scheme.lower().endswith(("ssh", "sftp")) and ":" not in url[:size]
    return 0 if is_account and not is_secret("perhaps", url[:size]) else size


def _behind_an_at(url, first, edge):
    """The last @ of a password that has an @ and a slash in it; not the one of a path (b.git@v1) or a parameter."""
    dotted = _DOTTED.match(url, first + 1)
    query = _QUERY.search(url, edge) if dotted else None
    last = url.rfind("@", first + 1, query.start() if query else len(url))
    if last < 0:
        return first
    return last if (_DOTTED if dotted else _HOST).match(url, last + 1) else first


def _behind_a_slash(url, slash):
    """The @ of a password that has a slash in it; not the one of a path behind a port (host:80/package@1.2)."""
    last, colon = url.rfind("@", slash), url.find(":", 0, slash)
    if last < 0 or colon < 0:
        return -1
    if _DIGITS.fullmatch(url, colon + 1, slash) is None:
        return last
    is_path = "." in url[:colon] or "?" in url[slash:last] or _DOTTED.match(url, last + 1) is None
    return -1 if is_path else last


def _behind_a_blank(rest, blank):
    """The @ of a password that has blanks or quotes in it."""
    colon = rest.find(":", 0, blank)
    if colon < 0 or colon + 1 >= blank or rest[colon + 1] in "{$%" or _DIGITS.fullmatch(rest, colon + 1, blank):
        return -1
    last = rest.find("@", blank, blank + _FAR)
    return last if last >= 0 and _DOTTED.match(rest, last + 1) else -1


def remote_size(scheme, rest):
    """(the account to keep, the length of user, password and @) at the begin of what follows ``scheme://`` in a remote."""
    size = credentials_size(scheme, rest)
    if size == 0:
        slash = _FIRST_SLASH.search(rest)
        size = rest.rfind("@", 0, slash.start() if slash else len(rest))
    if size < 0:
        return "", 0
    user = rest[:size].split(":", 1)[0] + "@" if scheme.lower().endswith("ssh") else ""
    return user, size + 1
