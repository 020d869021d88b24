"""Texts of any kind - a log line, JSON, YAML, a diff, a shell string - and where in them secrets stand."""

import re

from ._secret_commands import ARGUMENT, SHELL, TEXT, Command, read_shell
from ._secret_quotes import Places, backslashes, close_of, read_quoted
from ._secret_regions import HINTS, is_word, line_end, name_around, regions
from ._secret_shapes import shapes_in
from ._secret_urls import credentials_in_urls
from ._secret_value import Value
from ._secret_words import is_secret, level_of, parts_of

#: Work that any text may cost, and the bytes for which one step more is given. What is beyond is masked unread.
_FREE_STEPS = 50_000
_BYTES_A_STEP = 16
_STEPS_A_WORD, _WORDS_MAX = 10, 10_000

#: Quotes and names, searched for in the text in small letters.
_EVENT = re.compile("[\"'`]|" + HINTS)
_KEY = re.compile(r"[\w .:/@$\[\]-]{1,128}", re.A)
_SEPARATOR = re.compile(r"[ \t]{0,16}(?:=>|:=|[!=]?=+|:(?!:|//))[ \t]{0,16}")
_KEY_SEPARATOR = re.compile(r"[ \t]{0,16}\]?[ \t]{0,16}(?:=>|:=|[!=]?=+|:(?!:))[ \t]{0,16}")
_NEXT_STRING = re.compile(r"[ \t]{0,16},[ \t]{0,16}(?=[rbfuRBFU]{0,2}[\"'])")
#: An escape that single quotes have only in a shell, where it is none of theirs.
_SHELL_QUOTED = re.compile(r"(?<!\\)(?:\\\\)*\\\"")
_NEXT_LISTED = re.compile(r"[ \t\r]{0,64},[ \t\r]{0,64}\n[ \t\r+]{0,256}\\{0,15}(?=[\"'])")
_QUOTE = re.compile(r"[\"'\\`]")
_BETWEEN = re.compile(r"[\s,]{0,256}", re.A)
#: In code a type stands between a name and its value.
_TYPE = re.compile(
    r"(?:str|string|String|int|number|bool|boolean|bytes|Any|any|object|Optional|Union|List|list|None)(?:\[[\w., |\[\]\"']{0,64}\])?"
    r"(?:[ \t]?\|[ \t]?\w{1,32})?(?:([ \t]?=[ \t]?)(?!=)|(?=[ \t\r]*(?:[,);\n]|\Z)))", re.A)  # fmt: skip
_SPACED_STRING = re.compile(r"[ \t]{1,16}(?=[\"'])")
_HEAD = re.compile(r"([\"']?[+~]{0,2}[\w.$@/-]{1,128})(?:=|:(?!//)[ \t]*)", re.A)
_NAMED = re.compile(
    r"(?:name|key|variable)[\"']?\s{0,4}[:=]\s{0,4}[\"']?([\w./-]{1,128})[\"']?[\s,;+-]{1,64}[\"']?value[\"']?\s{0,4}[:=][ \t]{0,4}\Z", re.I | re.A)  # fmt: skip
_VALUE_WORD = re.compile(r"value[\"']?\s{0,4}[:=][ \t]{0,4}", re.A)
_NAMED_REACH = 256
_URL_REACH = 2048
_LISTED_OPTION = re.compile(r"-[ \t]{1,4}[\"']?(--?[A-Za-z][\w.-]{0,128})[\"']?[ \t]{0,4}\r?\n[ \t+]{0,64}-[ \t]{1,4}", re.A)


class Scan:
    """Looks for secrets in the texts of one call, within a bound of steps."""

    DEPTH_MAX = 8

    def __init__(self, size, words=0):
        self._left = _FREE_STEPS + size // _BYTES_A_STEP + _STEPS_A_WORD * min(words, _WORDS_MAX)
        self._known, self._shapes = {}, {}

    def is_spent(self, steps=1):
        self._left -= steps
        return self._left < 0

    def text(self, text, kind=TEXT, depth=0):
        """[(start, end)] of the secrets of a text."""
        key = (kind, text)
        found = self._known.get(key)
        if found is None:
            # A word may be the whole text it was read from: it is looked at once.
            self._known[key] = []
            found = self._known[key] = self._look(text, kind, depth)
        return found

    def _look(self, text, kind, depth):
        # The only letter whose small form is longer.
        small = text.replace("\u0130", "i").lower()
        if text not in self._shapes:
            self._shapes[text] = shapes_in(self, text, small)
        spans = self._shapes[text] + credentials_in_urls(self, text, kind == ARGUMENT)
        if kind == ARGUMENT:
            head = self._head(text)
            if head is not None:
                return spans + head
        if "value" in small:
            spans += self._named_values(text, small, kind)
        done = 0
        for start, stop, limit in regions(self, text, small, kind == TEXT):
            start = max(start, done)
            if start >= stop:
                continue
            if depth >= self.DEPTH_MAX:
                return spans + [(start, len(text))]
            if kind != SHELL:
                spans += read_shell(self, text, (start, stop, limit), depth, False)
            elif _QUOTE.search(text, start, stop):
                # What has quotes is read as a shell reads it, and no other way.
                continue
            done = self._pairs(text, small, (start, stop, limit), kind, depth, spans)
        if kind == SHELL and text:
            spans += read_shell(self, text, (0, len(text), len(text)), depth, True)
        for found in _LISTED_OPTION.finditer(text) if "\n" in text else ():
            if self.is_spent(4):
                return spans + [(found.start(), len(text))]
            level = level_of(found.group(1))
            if level is not None:
                Value(self, text, level, found.end(), None, kind, ": ", found.span()).read(spans)
        return spans

    def _head(self, text):
        """A text that is one assignment or header: all behind its name is the value. None when it is not, or may be shown."""
        found = _HEAD.match(text)
        level = level_of(found.group(1)) if found else None
        if level is None:
            return None
        value = text[found.end() :]
        parts = parts_of(level, value)
        if not parts and is_secret("sure", value):
            return None
        return [(start + found.end(), end + found.end()) for start, end in parts]

    def _named_values(self, text, small, kind):
        """``{"name": "DB_PASSWORD", "value": "x"}``, as manifests have it."""
        spans = []
        for found in _VALUE_WORD.finditer(small):
            if self.is_spent(10):
                return spans + [(found.start(), len(text))]
            before = _NAMED.search(text[max(0, found.start() - _NAMED_REACH) : found.end()])
            level = level_of(before.group(1)) if before else None
            if level is not None:
                mark = ": " if ":" in found.group() else "="
                Value(self, text, level, found.end(), None, kind, mark, (found.start(), found.start() + 5)).read(spans)
        return spans

    def _pairs(self, text, small, bounds, kind, depth, spans):
        """Names with values, and quoted texts; returns how far it came."""
        at, stop, limit = bounds
        listed = _Listed()
        while True:
            found = _EVENT.search(small, at, min(limit, stop + 16))
            if found is None or found.start() >= stop:
                at = max(at, stop)
                following = self._following(text, listed)
                if following is None:
                    return at
                at = self._quoted(text, following, listed.end, line_end(text, following), kind, depth, listed, spans)
                continue
            if self.is_spent(4):
                spans.append((found.start(), len(text)))
                return len(text)
            if found.group() == "`":
                at = found.end()
            elif found.group() in "\"'":
                at = self._quoted(text, found.start(), at, limit, kind, depth, listed, spans)
            else:
                at = self._named(text, found, at, limit, kind, spans)

    def _following(self, text, listed):
        """The quote of the next text of a list that goes on in the next line, when the last one is a secret's option."""
        if listed.command is None or not listed.command.awaits_secret() or self.is_spent():
            return None
        following = _NEXT_LISTED.match(text, listed.end)
        return following.end() if following else None

    def _quoted(self, text, quote, low, limit, kind, depth, listed, spans):
        mark, behind = text[quote], backslashes(text, quote, low)
        if mark == "'" and behind == 0 and quote > 0 and is_word(text[quote - 1]) and not _is_prefix(text, quote):
            return quote + 1
        opened = quote + 1
        if behind == 0 and text.startswith(mark * 3, quote):
            opened = quote + 3
        close = close_of(self, text, opened, limit, mark, behind)
        if close is None:
            return opened
        end, after = close
        content = text[opened:end]
        level = level_of(content) if _KEY.fullmatch(content) else None
        if level is not None:
            separator = _KEY_SEPARATOR.match(text, after, limit)
            if separator is None and _opens_call(text, quote - behind):
                separator = _NEXT_STRING.match(text, after, limit)
            if separator is not None:
                return Value(self, text, level, separator.end(), limit, kind, separator.group().strip()).read(spans)
        if end > opened:
            self._content(text, opened, end, quote - behind, after, mark, behind, depth, listed, spans)
        return max(after, opened)

    def _content(self, text, start, end, before, after, mark, behind, depth, listed, spans):
        """A quoted text that is no name: one more word of the list of texts that it stands in."""
        places = Places()
        if behind or (mark == "'" and _SHELL_QUOTED.search(text, start, end)):
            places.add(text[start:end], start)
            places.add("", end)
        else:
            read_quoted(self, text, start, end, places)
        if listed.command is None or not _BETWEEN.fullmatch(text, listed.end, before):
            listed.command = Command(self, depth + 1)
        listed.end = after
        for low, high in listed.command.feed(places.text()):
            spans.append((places.source_of(low), places.source_of(high)))

    def _named(self, text, found, low, limit, kind, spans):
        start, end = name_around(text, found.start(), found.end(), low)
        end = min(end, limit)
        before = text[start - 1] if start > 0 else ""
        in_url = before in ("?", "&", "#") and _is_in_url(text, start)
        level = level_of(text[start:end], in_url)
        if level is None:
            return end
        if before == "<" and text.startswith(">", end):
            return Value(self, text, level, end + 1, limit, kind, "<").read(spans)
        separator = _SEPARATOR.match(text, end, limit)
        if separator is None:
            string = _SPACED_STRING.match(text, end, limit)
            if string is None or (level != "sure" and level != "likely"):
                return end
            sure = text[start : start + 5].lower() in ("passw", "passp") or text[start:end].isupper()
            return Value(self, text, level if sure else "perhaps", string.end(), limit, kind, " ").read(spans)
        at, mark = separator.end(), separator.group()
        typed = _TYPE.match(text, at, limit) if mark.strip() == ":" else None
        if typed:
            at, mark = typed.end(), "= "
            if typed.group(1) is None:
                return at
        return Value(self, text, level, at, limit, kind, mark, (start, end), in_url).read(spans)


class _Listed:
    """The texts of a list, read as the words of a command: ["curl", "-u", "user:password"]."""

    command, end = None, 0


def _is_prefix(text, quote):
    """r'', b'', f'', u'': letters before a text that belong to it."""
    at = quote - 1
    if text[at] not in "rbfuRBFU":
        return False
    if at > 0 and text[at - 1] in "rbfRBF":
        at -= 1
    return at == 0 or not is_word(text[at - 1])


def _is_in_url(text, at):
    """Whether the characters since the last blank are those of a URL."""
    before = text[max(0, at - _URL_REACH) : at]
    for blank in " \t\n\r\f\v":
        before = before[before.rfind(blank) + 1 :]
    return "?" in before or "://" in before


def _opens_call(text, at):
    return text[max(0, at - 16) : at].rstrip(" \t\r\n").endswith("(")
