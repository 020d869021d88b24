"""Commands: the words of an argv or of a shell string, and which of them are secrets."""

import re

from . import _secret_table as table
from ._secret_shell import Reader
from ._secret_words import is_secret, level_of, level_of_option, parts_of

#: What a text is: one word of a command, a shell string, or anything.
ARGUMENT, SHELL, TEXT = "argument", "shell", "text"

_ROWS = {}
for _row in table.PROGRAMS:
    for _name in _row["of"].split():
        _ROWS.setdefault(_name, []).append(_row)
_AFTER = {word for row in table.PROGRAMS for word in row.get("after", "").split()}
_PAIR_OPTIONS, _PERHAPS_OPTIONS = frozenset(table.PAIR_OPTIONS), frozenset(table.PERHAPS_OPTIONS)
_SECRET_INPUT = [frozenset(words.split()) for words in table.SECRET_INPUT]

_OPTION = re.compile(r"--?([A-Za-z][\w.@/-]{0,127})(?:(=)|(\s*\n\s*)|\Z)", re.A)
#: An option of a word or words, as people name them; a value that begins with a dash is none.
_PLAIN_OPTION = re.compile(
    r"--?(?:[A-Za-z]|[a-z]+\d{0,2}|[A-Z]+|[a-z]+(?:[A-Z][a-z]+)+)"
    r"(?:[-_.](?:[a-z]*\d{0,2}|\d{1,2}[a-z]*|[A-Z]+))*(?:=.*)?", re.S | re.A)  # fmt: skip
_DEFINED = re.compile(r"-[DPE](?=[A-Za-z_][\w.]*=)", re.A)
_CLUSTER = re.compile(r"-[A-Za-z]{2,8}")
_SHELL_CLUSTER = re.compile(r"-[a-z]*c[a-z]*")
_NAME = re.compile(r"[\w.:/-]{1,128}", re.A)
#: A name and the mark behind it, of what is written in several words: {password: x}.
_NAMED = re.compile(r"[{\[(,\"']{0,4}([\w.-]{1,128})[\"']?:", re.A)
_ASSIGNED = re.compile(r"[\w.-]{1,128}=", re.A)
_COOKIE = re.compile(r"[^=\s]{1,128}=", re.A)
_AWS_ID = re.compile(r"(?<![A-Z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])")
_AWS_SECRET = re.compile(r"[A-Za-z0-9/+]{40}")
_AWS_REACH = 3
#: A program that is run, behind -- and an option that took no value.
_RUNS = re.compile(r"python[\d.]*|node|env|accelerate|deepspeed|make|[a-z]*(?:run|exec)", re.A)
_PROSE = re.compile(r"[A-Za-z'-]+[.,:!?]*")
#: What stands before the name of a program in a line that runs it: a prompt, an assignment, another program.
_LEAD = re.compile(r"[$+>%#]|[\w.-]+=.*|sudo|env|exec|nohup|time|command|run:", re.S | re.A)


class Command:
    """Reads the words of one command, in order. ``is_exact``: that they are words is known, not guessed."""

    def __init__(self, scan, depth, is_exact=True):
        self._scan, self._depth, self._is_exact, self._is_read = scan, depth, is_exact, False
        self._rows, self._seen, self._awaited, self._many = [], set(), None, False
        self._near_id, self._place, self._is_shell, self._marked = 0, 0, False, None
        #: Whether a program that is named next is run, and not spoken of.
        self._is_run, self._is_spoken_of = True, False

    def awaits_secret(self):
        return self._awaited is not None

    def feed(self, word, is_read=False):
        """[(start, end)] of what is secret in the next word; ``is_read``: others look at what it says inside."""
        self._is_read = is_read
        if self._scan.is_spent(4):
            return [(0, len(word))]
        parts = self._next(word)
        if self._near_id:
            self._near_id -= 1
            if _AWS_SECRET.fullmatch(word):
                parts = [(0, len(word))]
        if _AWS_ID.search(word[:256]):
            self._near_id = _AWS_REACH
        return parts

    def _next(self, word):
        awaited, self._awaited = self._awaited, None
        marked, self._marked = self._marked, None
        if marked is not None:
            return parts_of(marked, word.rstrip("}])\"',;")) or self._text(word)
        if awaited == "name":
            return self._name(word)
        if awaited == "next":
            return self._plain(word) if word[:1] == "/" else parts_of("likely", word) or self._text(word)
        if awaited == "sure" and word == "--":
            self._awaited = "behind"
            return []
        if awaited == "behind":
            is_run = _RUNS.fullmatch(word) is not None or word in _ROWS
            if is_run:
                return self._plain(word)
        if awaited is not None and not (_PLAIN_OPTION.fullmatch(word) and awaited != "shell"):
            if self._many and is_secret("perhaps", word):
                self._awaited = "perhaps"
            return self._value(awaited, word)
        self._many = False
        if len(word) > 1 and word[0] == "-":
            return self._option(word)
        return self._plain(word)

    def _text(self, word, offset=0, kind=ARGUMENT):
        if self._is_read:
            return []
        found = self._scan.text(word[offset:], kind, self._depth)
        return [(start + offset, end + offset) for start, end in found] if offset else found

    def _value(self, level, word, offset=0):
        value = word[offset:]
        if level == "next":
            self._awaited = level
            return []
        if level in ("text", "url", "shell", "name"):
            if level == "url" and "://" not in value and "@" in value:
                return [(offset, offset + value.rindex("@"))]
            return self._text(word, offset, SHELL if level == "shell" else ARGUMENT)
        if level in ("percent", "comma", "scheme", "named", "cookie"):
            parts = _parts_by_mark(level, value)
        else:
            parts = parts_of("likely" if level == "behind" else level, value)
        return [(start + offset, end + offset) for start, end in parts] or self._text(word, offset)

    def _name(self, word):
        """A word that may name the secret that follows."""
        if names_secret(word):
            self._awaited = "file" if level_of(word) == "file" else "sure"
        return self._text(word)

    def _option(self, word):
        head, equals, _ = word.partition("=")
        offset = len(head) + 1
        for row in self._active():
            level = row.get("flags", {}).get(head)
            if level is not None:
                if equals:
                    return self._value(level, word, offset)
                self._awaited = None if level == "flag" else level
                if level == "flag":
                    self._seen.add(head)
                return []
            flag = _joined_flag(row, word)
            if flag:
                return self._value(row["joined"][flag], word, len(flag))
            if _CLUSTER.fullmatch(word):
                self._awaited = row.get("flags", {}).get("-" + word[-1])
                if self._awaited is not None:
                    return []
        if self._is_shell and _SHELL_CLUSTER.fullmatch(word):
            self._awaited = "shell"
            return []
        if word in _AFTER:
            self._seen.add(word)
        return self._named_option(word, offset, equals)

    def _named_option(self, word, offset, equals):
        found = _OPTION.match(word)
        if found is None:
            return self._text(word)
        name = found.group(1)
        if _DEFINED.match(word):
            name = name[1:]
        level = level_of_option(name) if word.startswith("--") else level_of(name)
        if name.lower() in _PAIR_OPTIONS:
            level = "pair"
        elif name[0] in _PERHAPS_OPTIONS and word[1] != "-" and not equals:
            # -p VALUE or -pVALUE, of a program that is not known.
            if len(name) > 1 and is_secret("perhaps", name):
                return [(2, len(word))]
            level = "perhaps" if len(name) == 1 else level
        if found.group(3):
            offset = found.end()
        if found.group(2) or found.group(3):
            return self._value(level, word, offset) if level is not None else self._text(word, offset)
        self._awaited = level
        self._many = level is not None and name.lower().endswith("s")
        return []

    def _plain(self, word):
        name = word.rsplit("/", 1)[-1] if len(word) < 256 else ""
        if name in _ROWS and name not in self._seen:
            self._is_spoken_of = not self._is_exact and not self._is_run
            self._rows = self._rows + _ROWS[name]
            self._is_shell = self._is_shell or _ROWS[name][0].get("flags", {}).get("-c") == "shell"
            self._place = 0
            self._seen.add(name)
            return []
        self._is_run = self._is_run and _LEAD.fullmatch(word) is not None
        place, self._place = self._place, self._place + 1
        for row in self._active():
            flag = _joined_flag(row, word)
            if flag:
                return self._value(row["joined"][flag], word, len(flag))
            if place in row.get("places", ()) and not (self._is_spoken_of and _PROSE.fullmatch(word)):
                return parts_of("likely", word) or self._text(word)
            if row.get("pairs") and _ASSIGNED.match(word):
                return self._value("sure", word, word.index("=") + 1)
            if row.get("names") and names_secret(word):
                return self._name(word)
            if row.get("shell"):
                return self._text(word, 0, SHELL)
        if word in _AFTER and word not in self._seen:
            self._seen.add(word)
            self._place = 0
        if word.endswith(":") and self._is_exact:
            named = _NAMED.fullmatch(word)
            self._marked = level_of(named.group(1)) if named else None
        return self._text(word)

    def _active(self):
        return [row for row in self._rows if "after" not in row or not self._seen.isdisjoint(row["after"].split())]


def _joined_flag(row, word):
    """The option of a program that a word begins with, its value behind it."""
    for flag in row.get("joined", ()):
        if word.startswith(flag) and word != flag and not word.startswith("--"):
            return flag
    return None


def names_secret(word):
    return _NAME.fullmatch(word) is not None and level_of(word) in ("sure", "likely", "number", "file")


def _parts_by_mark(level, value):
    """What stands behind the mark that a program puts between a name and its secret."""
    size = len(value)
    if level == "cookie":
        return [(0, size)] if _COOKIE.match(value) and is_secret("sure", value) else []
    if level == "scheme":
        return [(5, size)] if value.startswith("pass:") and is_secret("sure", value[5:]) else []
    at = value.find({"percent": "%", "comma": ",", "named": "="}[level]) + 1
    return [(at, size)] if at > 0 and is_secret("sure", value[at:]) else []


def read_shell(scan, text, bounds, depth, is_exact):
    """[(start, end)] of the secrets in the commands of a text.

    ``bounds``: words that begin between the first two are read, at most to the third. ``is_exact``: the text is nothing but
    a shell's; else others look at what a word says inside, as long as it stands in the text as it is.
    """
    spans, before, reader = [], None, Reader(scan, text, bounds, is_exact)
    for line in reader.lines():
        if scan.is_spent():
            return spans + [(line.start, len(text))]
        command = Command(scan, depth + 1, is_exact)
        words = [word.text() for word in line.words]
        for word, said in zip(line.words, words):
            spans += word.spans_of(command.feed(said, not is_exact and not word.is_joined()))
        if _takes_secret_input(words):
            reader.documents_are_secret = True
            spans += _all_of(line.given)
            if line.is_piped and before is not None:
                spans += _all_of(_what_is_said(before.words))
        before = line
    for inner in reader.inner:
        spans += _inside(scan, text, inner, depth, is_exact)
    return spans


def _inside(scan, text, inner, depth, is_exact):
    """The secrets of a command in a command, or of the lines that are given to one."""
    start, end, kind = inner
    if kind == "secret":
        end = start + len(text[start:end].rstrip(" \t\n\r\f\v"))
        return [(start, end)] if is_secret("sure", text[start:end]) else []
    if kind == SHELL and depth < scan.DEPTH_MAX:
        return read_shell(scan, text, (start, end, end), depth + 1, is_exact)
    return [(start + low, start + high) for low, high in scan.text(text[start:end], kind, depth + 1)]


def _takes_secret_input(words):
    present = set(words)
    if any(needed <= present for needed in _SECRET_INPUT):
        return True
    # read -r PASSWORD
    return "read" in words and any(names_secret(word) for word in words[words.index("read") + 1 :])


def _what_is_said(words):
    """What echo or printf puts out."""
    for at, word in enumerate(words):
        if word.text() in ("echo", "printf"):
            return words[at + 1 :]
    return []


def _all_of(words):
    spans = []
    for word in words:
        said = word.text()
        if not _PLAIN_OPTION.fullmatch(said) and is_secret("sure", said):
            spans += word.spans_of([(0, len(said))])
    return spans
