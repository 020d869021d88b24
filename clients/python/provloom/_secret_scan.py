"""Texts of any kind - a log line, JSON, YAML, a diff, a shell string - and where in them secrets stand."""

import re

from ._secret_commands import ARGUMENT, SHELL, TEXT, read_shell
from ._secret_pairs import Pairs
from ._secret_regions import commands_in, is_command, regions
from ._secret_shapes import shapes_in
from ._secret_urls import credentials_in_urls
from ._secret_value import Value
from ._secret_words import is_secret, level_of, parts_of

#: Work that any text may cost, and the bytes for which one step more is given. What is beyond is masked unread.
_FREE_STEPS = 40_000
_BYTES_A_STEP = 20
_STEPS_A_WORD, _WORDS_MAX = 10, 10_000

_QUOTE = re.compile(r"[\"'\\`]")
_HEAD = re.compile(r"([\"']?[+~]{0,2}[\w.$@/-]{1,128})(?:=|:(?!//)[ \t]*)", re.A)
_NAMED = re.compile(
    r"(?:name|key|variable)[\"']?\s{0,4}[:=>]\s{0,4}[\"']?([\w./-]{1,128})(?:[\"']?[\s,;+-]{1,64}[\"']?|</\w{1,32}>\s{0,64}<)"
    r"\w{0,32}value[\"']?\s{0,4}[:=>][ \t]{0,4}\Z", re.I | re.A)  # fmt: skip
_VALUE_WORD = re.compile(r"value[\"']?\s{0,4}[:=>][ \t]{0,4}", re.A)
#: A value before its name.
_NAMED_BEHIND = re.compile(
    r"([\"'])(?:[^\"'\\\n]|\\.|(?!\1)[\"']){0,1024}\1\s{0,16},\s{0,64}[\"']\w{0,32}(?:name|key|variable)[\"']\s{0,4}[:=]\s{0,4}"
    r"[\"']([\w./-]{1,128})[\"']", re.I | re.A)  # fmt: skip
_NAMED_REACH = 256
_LISTED_OPTION = re.compile(
    r"-[ \t]{1,4}[\"']?(--?[A-Za-z][\w.-]{0,128})[\"']?[ \t]{0,4}\r?\n[ \t+]{0,64}-[ \t]{1,4}", re.A)  # fmt: skip


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
        commands = commands_in(self, small)
        for start, stop, limit in regions(self, text, small, commands, kind == TEXT):
            start = max(start, done)
            if start >= stop:
                continue
            if depth >= self.DEPTH_MAX:
                return spans + [(start, len(text))]
            if kind != SHELL:
                if is_command(text, commands, start, stop):
                    spans += read_shell(self, text, (start, stop, limit), depth, False)
            elif _QUOTE.search(text, start, stop):
                # What has quotes is read as a shell reads it, and no other way.
                continue
            done = Pairs(self, text, kind, depth, spans).read(small, (start, stop, limit))
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
        """A text that is one assignment or header: all behind its name is the value. None when it is not, or is shown."""
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
            if self.is_spent(14):
                return spans + [(found.start(), len(text))]
            before = _NAMED.search(text[max(0, found.start() - _NAMED_REACH) : found.end()])
            behind = None if before else _NAMED_BEHIND.match(text, found.end())
            level = level_of(before.group(1) if before else behind.group(2)) if before or behind else None
            if level is not None:
                mark = ": " if ":" in found.group() else "<" if ">" in found.group() else "="
                name = None if text.startswith(("'", '"'), found.end()) else (found.start(), found.start() + 5)
                Value(self, text, level, found.end(), None, kind, mark, name).read(spans)
        return spans
