"""User and password in URLs."""

import re

from ._secret_words import is_secret

_SCHEME_MARK = "://"
_SCHEME_BEFORE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,31}\Z")
_URL_END = re.compile(r"[\s\"'`<>]", re.A)
_FIRST_SLASH = re.compile(r"[/?#]")
_QUERY = re.compile(r"[?#]")
_HOST_END = r"(?::\d{1,5})?(?=[/?#,;)\]}\s\"'`]|\Z)"
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[\w-]+(?:\.[\w-]+)*)" + _HOST_END, re.A)
_DOTTED = re.compile(r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,})" + _HOST_END, re.A)
_DIGITS = re.compile(r"[0-9]*")
#: What no host has in it.
_NO_HOST = re.compile(r"[^\w.:\[\]%~-]", re.A)
_QUOTED = re.compile(r"([\"'])[^\"'\n]{1,256}\1@")
_FAR = 1024


def credentials_in_urls(scan, text, is_whole):
    """[(start, end)] of user and password of the URLs in a text.

    When ``is_whole`` it is a word, and a URL in it may have blanks.
    """
    # A word without blanks before the URL is the URL's to its end.
    blank = _URL_END.search(text) if is_whole else None
    whole = 0 if not is_whole else blank.start() if blank else len(text)
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
            size = credentials_size(scheme.group(), rest, begin <= whole)
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
    if last < 0:
        return -1
    if colon < 0:
        return last if _NO_HOST.search(url, 0, slash) and _DOTTED.match(url, last + 1) else -1
    if _DIGITS.fullmatch(url, colon + 1, slash) is None:
        return last
    is_path = "." in url[:colon] or "?" in url[slash:last] or _DOTTED.match(url, last + 1) is None
    return -1 if is_path else last


def _behind_a_blank(rest, blank):
    """The @ of a password that has blanks or quotes in it."""
    colon = rest.find(":", 0, blank)
    if colon < 0 or rest[colon + 1] in "{$%":
        return -1
    # Digits are a port; a password in a shell's quotes has none before them.
    is_port = colon + 1 < blank or _QUOTED.match(rest, blank) is None
    if is_port and _DIGITS.fullmatch(rest, colon + 1, blank):
        return -1
    last = rest.find("@", blank, blank + _FAR)
    while last >= 0 and not _DOTTED.match(rest, last + 1):
        last = rest.find("@", last + 1, blank + _FAR)
    return last


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
