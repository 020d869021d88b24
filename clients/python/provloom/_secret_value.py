"""The value behind a name: how far it goes in the text that it stands in."""

import re

from ._secret_commands import ARGUMENT, SHELL, TEXT
from ._secret_inside import BLOCK, add_block_below, add_elements, add_list_below, closing_bracket, single_brace
from ._secret_quotes import close_of
from ._secret_words import SCHEME, TO_FILL, is_jumble, is_secret, level_of, parts_of

_PLAIN = re.compile(r"[^\s\"'\\,;&|()\[\]{}<>`#]+", re.A)
_PREFIX = re.compile(r"(?:[rbfuRBFU]{1,2}|\$)(?=[\"'])")
_BACKSLASHES = re.compile(r"\\*")
_BLANK = re.compile(r"[ \t\r]+")
#: Behind a comma or bracket: here the value has ended.
_ENDED = re.compile(r"[ \t\r]|\Z|\n|[\"'`)\]},;]|[\w.$-]{1,64}[\"']?[ \t]{0,8}[=:]", re.A)
#: Behind blanks, in a value that may have blanks: a comment or another name.
_NEXT_NAME = re.compile(
    r"[ \t\r]*(?:\Z|\n|#|//|[)\]}]+[ \t\r]*(?:[,;\n]|\Z)|[\w.$-]{1,64}[\"']?[ \t]{0,8}(?:=|:(?!//)))", re.A)  # fmt: skip
#: The same in a header, whose value has names, quotes and commas of its own.
_NEXT_HEADER = re.compile(r"[ \t\r]*(?:\Z|\n|[A-Za-z][\w-]{0,64}[\"']?:[ \t])", re.A)
#: What code reads a value from: a call, an element, an attribute that has the name of a secret.
_CALL = re.compile(r"new[ \t]+[A-Za-z_$]|(?:await[ \t]+)?([A-Za-z_$][\w.]*)[(\[]", re.A)
#: Before a name in code: a line begins, an argument, an element.
_CODE_BEFORE = re.compile(
    r"(?:^|\n|[(,{\[;&|?])[ \t+-]*(?:(?:const|let|var|return|export|static|private|readonly)[ \t]+)*\Z")  # fmt: skip
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.A)
_ATTRIBUTE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", re.A)
_METHOD = re.compile(r"\.[A-Za-z_]\w*\(|[+*%)]", re.A)
_REFERENCE = re.compile(r"\{{1,2}[^{}\n\"']{0,128}\}{1,2}")
_LINE_START = re.compile(r"[ \t+-]*(?:-[ \t]+)?[\"']?\Z")
_NO_SECRET = re.compile(r"[\s\d.,+*eE-]*", re.A)
#: Before a name in a list without blanks (a=1,name=, ?a=1&name=), and in a connection string (User ID=u; name=).
_IN_LIST = re.compile(r"[^ \t-\r]*([,;&?#:/])", re.A)
_IN_CONNECTION = re.compile(r"(?:^|;)[ \t]*[\w.-]+(?: [\w.-]+){0,3}[ \t]?=[^;]*;[ \t]*\Z", re.A)
_IN_WORDS = re.compile(r"(?:[a-z_]{2,24}=[^ ]* +)+")
#: Behind a mark in such a list: the next name, or the end.
_NEXT_LISTED = re.compile(r"[ \t]*(?:\Z|[\w.$-]{1,64}(?: [\w.-]{1,32}){0,3}=)", re.A)
_CLOSED = re.compile(r"[)\]}\"']*\Z")
_CONNECTED = re.compile(r"[^;\"'\n]{0,1024};[ \t]*(?:(?=[\"'\n])|\Z|(?=[\w.-]+(?: [\w.-]+){0,3}[ \t]?=))", re.A)
_NEAR = 1024
_FAR = 65536
_JUDGED = 4096


def is_call(text, at, limit, name):
    """Whether code makes a value there, or takes it out of something. ``name``: where the name begins, None for "name"."""
    found = _CALL.match(text, at, min(limit, at + 256))
    if found is None or is_jumble(found.group(1) or ""):
        return False
    return name is None or _CODE_BEFORE.search(text[max(0, name - 64) : name]) is not None


class Value:
    def __init__(self, scan, text, level, at, limit=None, kind=TEXT, mark="=", name=None, in_url=False):
        """``name``: where it begins and ends, for a name without quotes."""
        end = text.find("\n", at) if limit is None else limit
        self._scan, self._text, self._level, self._at = scan, text, level, at
        self._limit = len(text) if end < 0 else end
        self._kind, self._mark, self._name, self._in_url = kind, mark.strip(), name, in_url
        #: [(start, end)] of the runs of the value, each in its own quotes or in none.
        self._runs = []
        before = text[max(0, name[0] - _NEAR) : name[0]].rsplit("\n", 1)[-1] if name else ""
        #: The mark between the values of a list, whose values may have blanks and all else.
        self._list_mark = "<" if self._mark == "<" else self._mark_of_list(before) if self._mark == "=" else None
        self._has_blanks = not in_url and self._may_have_blanks(before, mark)

    def _may_have_blanks(self, before, mark):
        """A value that goes to the end of its line: of a header, in YAML and ini files; in YAML's braces to the next."""
        if self._level == "header":
            return True
        if self._name is None:
            return False
        if self._kind == ARGUMENT and self._mark == "=" and _IN_WORDS.fullmatch(before):
            return True
        if not _LINE_START.fullmatch(before):
            return self._mark == ":" and before.rfind("{") > before.rfind("}")
        is_small = "a" <= self._text[self._name[0]] <= "z"
        return mark.endswith((" ", "\t")) or (self._mark == "=" and self._kind == TEXT and is_small)

    def _mark_of_list(self, before):
        """The mark of the list that the name stands in, when nothing but it ends the value."""
        is_connection = not self._in_url and ";" in before and _IN_CONNECTION.search(before) is not None
        if self._kind == ARGUMENT:
            found = _IN_LIST.fullmatch(before)
            return ";" if is_connection else found and found.group(1)
        is_connected = self._kind == TEXT and is_connection and _CONNECTED.match(self._text, self._at, self._limit)
        return ";" if is_connected else None

    def read(self, spans):
        """Adds what is secret; returns how far it came."""
        text, at = self._text, self._at
        prefix = _PREFIX.match(text, at, self._limit)
        at = prefix.end() if prefix else at
        if at >= self._limit or (self._mark == ":" and BLOCK.match(text, at)):
            return self._below(at, spans)
        char = text[at]
        if char in "[{(":
            return self._bracketed(at, spans)
        if self._kind == TEXT and is_call(text, at, self._limit, self._name and self._name[0]):
            return at
        if char in "\"'\\" or (char == "`" and self._kind != SHELL):
            end = self._quoted(at)
            if end is not None:
                at = end
                if self._kind == TEXT and (self._mark != "=" or _METHOD.match(text, at, self._limit)):
                    return self._told(at, spans)
        return self._told(self._rest(at), spans)

    def _told(self, end, spans):
        """Judges the value; one that is shown is read again for what is inside of it."""
        is_last = self._kind == TEXT and self._runs and self._runs[-1][1] == end == self._limit
        if is_last and self._text.endswith(":", 0, end):
            # if password == x:
            self._runs[-1] = (self._runs[-1][0], end - 1)
        value = "".join(self._text[start:stop] for start, stop in self._runs)[:_JUDGED]
        if self._level == "header" and self._runs:
            return self._told_header(end, spans)
        if self._level == "pair" and len(self._runs) == 1:
            found = parts_of("pair", value)
            spans += [(self._runs[0][0] + start, self._runs[0][0] + stop) for start, stop in found]
            return end if found else self._again(end)
        if self._refers(value) or not is_secret(self._level, value):
            return self._again(end)
        spans += self._runs
        return end

    def _refers(self, value):
        """Code that hands a secret on: token=token, password=args.password."""
        if self._kind != TEXT or len(self._runs) != 1:
            return False
        is_named = self._name is not None and self._text.endswith(value, 0, self._name[1]) and _IDENTIFIER.fullmatch(value)
        return is_named or (_ATTRIBUTE.fullmatch(value) is not None and level_of(value.rsplit(".", 1)[-1]) is not None)

    def _told_header(self, end, spans):
        start, stop = self._runs[0]
        scheme = SCHEME.match(self._text, start, stop)
        self._runs[0] = (scheme.end() if scheme else start, stop)
        rest = "".join(self._text[start:stop] for start, stop in self._runs)[:_JUDGED]
        if not TO_FILL.fullmatch(rest) and is_secret("sure", rest):
            spans += self._runs
        return end

    def _again(self, end):
        """Nothing was masked: what was read is read again, which costs."""
        self._scan.is_spent((end - self._at) // 32)
        return self._at

    def _quoted(self, at):
        """Reads a quoted run; returns the place behind it, None when there is none."""
        text = self._text
        quote = _BACKSLASHES.match(text, at, self._limit).end()
        depth = quote - at
        if quote < self._limit and text[quote] == "`":
            return self._template(quote)
        if quote >= self._limit or text[quote] not in "\"'":
            return None
        opened = quote + 1
        if depth == 0 and text.startswith(text[quote] * 3, quote):
            opened = quote + 3
        close = close_of(self._scan, text, opened, self._limit, text[quote], depth)
        if close is None and not self._runs:
            # A private key has many lines.
            close = close_of(self._scan, text, opened, min(len(text), opened + _FAR), text[quote], depth)
            close = close or (self._limit, self._limit)
        if close is None:
            return None
        end, after = close
        self._runs.append((opened, end))
        if opened == quote + 3 and text.startswith(text[quote] * 2, after):
            after += 2
        return max(after, opened)

    def _template(self, quote):
        """What JavaScript has in backquotes, unless it is another name; a shell has a command there, which tells one too."""
        close = close_of(self._scan, self._text, quote + 1, min(len(self._text), quote + _NEAR), "`")
        if close is None or self._runs:
            return None
        if not TO_FILL.fullmatch(self._text[quote + 1 : close[0]]):
            self._runs.append((quote + 1, close[0]))
        return close[1]

    def _rest(self, at):
        """Reads on until the value ends; returns where."""
        text = self._text
        while at < self._limit:
            if self._scan.is_spent():
                self._runs.append((at, len(text)))
                return len(text)
            plain = _PLAIN.match(text, at, self._limit)
            if plain:
                at = self._plain(at, plain.end())
                continue
            if text[at] in "\"'":
                end = None if self._level == "header" or self._list_mark == "<" else self._quoted_within(at)
                at = self._plain(at, at + 1) if end is None else end
                continue
            end = self._mark_end(at, text[at])
            if end == at:
                break
            at = self._plain(at, end)
        return at

    def _quoted_within(self, at):
        """A quote in the middle of a value, as a shell has them: ab"c d"ef."""
        close = close_of(self._scan, self._text, at + 1, self._limit, self._text[at])
        if close is None or self._in_url:
            return None
        self._runs.append((at + 1, close[0]))
        return close[1]

    def _plain(self, start, end):
        if self._runs and self._runs[-1][1] == start:
            self._runs[-1] = (self._runs[-1][0], end)
        else:
            self._runs.append((start, end))
        return end

    def _mark_end(self, at, char):
        """The place behind a mark or blanks that belong to the value; the place itself when the value ends here."""
        text, limit = self._text, self._limit
        if self._list_mark is not None:
            return self._mark_end_in_list(at, char)
        if char == "\\":
            return min(at + 2, limit) if not text.startswith("\n", at + 1) else at
        if char.isspace():
            if not self._has_blanks or self._next().match(text, at, limit):
                return at
            return _BLANK.match(text, at, limit).end()
        if char in ",;":
            if char == ";" and not self._has_blanks:
                return at
            follows = self._next() if self._has_blanks else _ENDED
            return at if follows.match(text, at + 1, limit) else at + 1
        if char in ")]}":
            return at if _ENDED.match(text, at + 1, limit) or text.startswith(("&", "|", ":"), at + 1) else at + 1
        if char in "&#":
            return at if self._in_url or text.startswith("&&", at) else at + 1
        if char == "|":
            return at if text.startswith("||", at) else at + 1
        reference = _REFERENCE.match(text, at, limit) if char == "{" and text[at - 1] == "$" else None
        return reference.end() if reference else at if char == "`" else at + 1

    def _mark_end_in_list(self, at, char):
        text, limit, mark = self._text, self._limit, self._list_mark
        if mark == "<":
            return at if char == "<" else at + 1
        if char == "\\":
            return min(at + 2, limit)
        if char == ";" or (char == "&" and (self._in_url or mark == "&")) or (char == "#" and self._in_url):
            return at
        if char == "," and mark != ";":
            return at if _NEXT_LISTED.match(text, at + 1, limit) else at + 1
        return at if char in ")]}" and _CLOSED.match(text, at + 1, limit) else at + 1

    def _next(self):
        return _NEXT_HEADER if self._level == "header" else _NEXT_NAME

    def _bracketed(self, at, spans):
        """A list, an object, or what ODBC puts in braces."""
        text = self._text
        end = closing_bracket(self._scan, text, at, self._at, self._limit)
        if self._kind == TEXT or self._mark == ":" or self._level in ("perhaps", "pair", "number"):
            has_words = text[at] != "(" and self._mark == ":"
            add_elements(self._scan, text, (at + 1, end), self._level, has_words, spans)
            return self._again(end)
        if self._mark == "=" and text[at] == "{" and text[end + 1 : end + 2] not in ("", ",", ";", " "):
            end = max(end, single_brace(self._scan, text, at + 1, self._limit))
        inner = text[at + 1 : end]
        if _NO_SECRET.fullmatch(inner) or not is_secret("sure", inner):
            return self._again(at + 1)
        behind = min(end + 1, len(text))
        after = self._rest(behind) if self._mark == "=" else behind
        spans.append((at + 1, end) if after == behind else (at, after))
        return after

    def _below(self, at, spans):
        """YAML's lists and blocks: the value stands on the lines below."""
        text = self._text
        if self._mark != ":" or self._level == "header":
            return at
        block = BLOCK.match(text, at)
        if block is None:
            return self._again(add_list_below(self._scan, text, at, self._level, spans))
        return add_block_below(self._scan, text, at, block.end(), spans)
