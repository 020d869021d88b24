"""Names with values, and quoted texts, in a text of any kind: JSON, YAML, code, a log line."""

import re

from ._secret_commands import Command
from ._secret_quotes import Places, backslashes, close_of, read_quoted
from ._secret_regions import HINTS, is_word, line_end, name_around
from ._secret_value import Value
from ._secret_words import level_of

#: Quotes and names, searched for in the text in small letters.
_EVENT = re.compile("[\"'`]|" + HINTS)
_KEY = re.compile(r"[\w .:/@$\[\]-]{1,128}", re.A)
_SEPARATOR = re.compile(r"[ \t]{0,16}(?:=>|(?<=[ \t])->|:=|[!+=]?=+|:(?!:|//))[ \t]{0,16}")
_KEY_SEPARATOR = re.compile(r"[ \t]{0,16}\]?[ \t]{0,16}(?:=>|:=|[!+=]?=+|:(?!:))[ \t]{0,16}")
_NEXT_STRING = re.compile(r"[ \t]{0,16},[ \t]{0,16}(?=[rbfuRBFU]{0,2}\\{0,15}[\"'])")
_LIST_END = re.compile(r"[ \t]{0,16}\]")
_QUOTE = re.compile("[\"']")
#: An escape that single quotes have only in a shell, where it is none of theirs.
_SHELL_QUOTED = re.compile(r"(?<!\\)(?:\\\\)*\\\"")
_NEXT_LISTED = re.compile(r"[ \t\r]{0,64},[ \t\r]{0,64}\n[ \t\r+]{0,256}\\{0,15}(?=[\"'])")
_BETWEEN = re.compile(r"[\s,]{0,256}", re.A)
#: In code a type stands between a name and its value.
_TYPE = re.compile(
    r"(?:str|string|String|int|number|bool|boolean|bytes|Any|any|object|Optional|Union|List|list|None)"
    r"(?:\[[\w., |\[\]\"']{0,64}\])?(?:[ \t]?\|[ \t]?\w{1,32})?"
    r"(?:([ \t]?=[ \t]?)(?!=)|(?=[ \t\r]*(?:[,);\n]|\Z)))", re.A)  # fmt: skip
_SPACED_STRING = re.compile(r"[ \t]{1,16}(?=[\"'])")
_CALLED = re.compile(r"([(\[,])[ \t\r\n]*\Z")
_CALL_END = re.compile(r"[ \t]{0,16},?[ \t]{0,16}\)")
#: A call that sets something; names that mean nothing else.
_SETTING = re.compile(r"(?:set|put|add|store|save|write|update|insert|define|register|replace|change)\w{0,32}\Z", re.A | re.I)
_STRONG = re.compile("pass|secret|api", re.A | re.I)
_CALL_REACH = 224
_URL_REACH = 2048


class Pairs:
    """Reads a part of a text, and adds the secrets in it to ``spans``."""

    def __init__(self, scan, text, kind, depth, spans):
        self._scan, self._text, self._kind, self._depth, self._spans = scan, text, kind, depth, spans
        #: The texts of a list, read as the words of a command: ["curl", "-u", "user:password"].
        self._listed, self._listed_end = None, 0

    def read(self, small, bounds):
        """Returns how far it came."""
        at, stop, limit = bounds
        while True:
            found = _EVENT.search(small, at, min(limit, stop + 16))
            if found is None or found.start() >= stop:
                at = max(at, stop)
                quote = self._following_quote()
                if quote is None:
                    return at
                at = self._quoted(quote, self._listed_end, line_end(self._text, quote))
                continue
            if self._scan.is_spent(4):
                self._spans.append((found.start(), len(self._text)))
                return len(self._text)
            if found.group() == "`":
                at = found.end()
            elif found.group() in "\"'":
                at = self._quoted(found.start(), at, limit)
            else:
                at = self._named(found, at, limit)

    def _following_quote(self):
        """The quote of the next text of a list that goes on in the next line, when the last one is a secret's option."""
        if self._listed is None or not self._listed.awaits_secret() or self._scan.is_spent():
            return None
        following = _NEXT_LISTED.match(self._text, self._listed_end)
        return following.end() if following else None

    def _value(self, level, at, limit, mark, name=None, in_url=False):
        return Value(self._scan, self._text, level, at, limit, self._kind, mark, name, in_url).read(self._spans)

    def _quoted(self, quote, low, limit):
        text = self._text
        mark, behind = text[quote], backslashes(text, quote, low)
        if mark == "'" and behind == 0 and quote > 0 and is_word(text[quote - 1]) and not _is_prefix(text, quote):
            return quote + 1
        opened = quote + (3 if behind == 0 and text.startswith(mark * 3, quote) else 1)
        close = close_of(self._scan, text, opened, limit, mark, behind)
        if close is None:
            return opened
        end, after = close
        content = text[opened:end]
        level = level_of(content) if _KEY.fullmatch(content) else None
        if level is not None:
            separator = _KEY_SEPARATOR.match(text, after, limit)
            before = quote - behind
            called = None if separator else _CALLED.search(text[max(0, before - 16) : before])
            if called and self._is_value_next(called.group(1), content, before, after, limit):
                separator = _NEXT_STRING.match(text, after, limit)
            if separator is not None:
                return self._value(level, separator.end(), limit, separator.group().strip())
        if end > opened:
            self._content(opened, end, quote - behind, after)
        return max(after, opened)

    def _is_value_next(self, mark, name, before, after, limit):
        if mark == "(":
            return True
        if mark == "[":
            return self._is_pair(after, limit, _LIST_END)
        # A call sets a name to the text that is its last word: setattr(config, "password", "x").
        near, mark, given = self._text[max(0, before - _CALL_REACH) : before].rpartition("(")
        if mark == "" or near == "" or ")" in given:
            return False
        if not (is_word(near[-1]) and _STRONG.search(name)) and not _SETTING.search(near):
            return False
        return self._is_pair(after, limit, _CALL_END)

    def _is_pair(self, after, limit, ending):
        """Whether one more text ends the list: ["password", "x"]."""
        text, begin = self._text, _NEXT_STRING.match(self._text, after, limit)
        if begin is None:
            return False
        at = _QUOTE.search(text, begin.end(), limit).start()
        close = close_of(self._scan, text, at + 1, limit, text[at], backslashes(text, at, begin.end()))
        return close is not None and ending.match(text, close[1], limit) is not None

    def _content(self, start, end, before, after):
        """A quoted text that is no name: one more word of the list of texts that it stands in."""
        places, text = Places(), self._text
        is_raw = text[before] == "\\" or (text[before] == "'" and _SHELL_QUOTED.search(text, start, end))
        if is_raw:
            places.add(text[start:end], start)
            places.add("", end)
        else:
            read_quoted(self._scan, text, start, end, places)
        if self._listed is None or not _BETWEEN.fullmatch(text, self._listed_end, before):
            self._listed = Command(self._scan, self._depth + 1)
        self._listed_end = after
        for low, high in self._listed.feed(places.text()):
            self._spans.append((places.source_of(low), places.source_of(high)))

    def _named(self, found, low, limit):
        text = self._text
        start, end = name_around(text, found.start(), found.end(), low)
        end = min(end, limit)
        before = text[start - 1] if start > 0 else ""
        in_url = before in ("?", "&", "#") and _is_in_url(text, start)
        level = level_of(text[start:end], in_url)
        if level is None:
            return end
        if before == "<" and text.startswith(">", end):
            return self._value(level, end + 1, limit, "<", None, in_url)
        separator = _SEPARATOR.match(text, end, limit)
        if separator is None:
            return self._spaced(start, end, limit, level)
        at, mark = separator.end(), separator.group()
        is_arrow = mark.strip() == "->"
        if is_arrow and not _STRONG.search(text[start:end]):
            level = "perhaps"
        typed = _TYPE.match(text, at, limit) if mark.strip() == ":" or is_arrow else None
        if typed:
            at, mark = typed.end(), "= "
            if typed.group(1) is None:
                return at
        return self._value(level, at, limit, mark, (start, end), in_url)

    def _spaced(self, start, end, limit, level):
        """PASSWORD 'x', as SQL has it."""
        string = _SPACED_STRING.match(self._text, end, limit)
        if string is None or level not in ("sure", "likely"):
            return end
        name = self._text[start:end]
        is_sure = name[:5].lower() in ("passw", "passp") or name.isupper()
        return self._value(level if is_sure else "perhaps", string.end(), limit, " ")


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
