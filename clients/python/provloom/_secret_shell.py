"""Shell strings: their commands and words, and where each character of a word stood."""

import re

from ._secret_quotes import Places, close_of, joined, read_quoted, read_shell_quoted

_UNIT = re.compile(
    r"([ \t\r]+|\\\r?\n)|([\n;&|()`])|(<<<|<<-?|[<>]&?)|([\"']|\$[\"'(])|(\\.)"
    r"|[^\s\"'\\$;&|()<>`]+|.", re.S | re.A)  # fmt: skip
_PARENTHESIS = re.compile(r"[()\"'\\]")
#: Around a quoted text in code and JSON: the name and mark before it, the mark behind it.
_LEADS = re.compile(r"(?:^|[=:,(\[{<\s])[rbfuRBFU]{0,2}\Z", re.A)
_TRAILS = ",;:)]}.=>"


class Word:
    """One word: the runs of it, each of them together in the source, in its own quotes or in none."""

    def __init__(self):
        self._runs = []

    def run(self, is_plain):
        """Where to add: text outside of quotes goes with text outside of quotes."""
        if not self._runs or not is_plain or not self._runs[-1][1]:
            self._runs.append((Places(), is_plain))
        return self._runs[-1][0]

    def text(self):
        return "".join(places.text() for places, _ in self._runs)

    def is_joined(self):
        """Whether it was put together of parts, as only shells do: ab"c d"ef, 'it'\\''s'."""
        before, was_plain = None, False
        for places, is_plain in self._runs:
            text = places.text()
            if is_plain and places.source_of(len(text)) - places.source_of(0) != len(text):
                return True
            if before is not None and not (_LEADS.search(before) if was_plain else is_plain and text[:1] in _TRAILS):
                return True
            before, was_plain = text, is_plain
        return False

    def spans_of(self, parts):
        """The parts of the word as [(start, end)] of the source: each run's share for itself, so that quotes stay."""
        spans, begin, parts = [], 0, joined(parts) if parts else parts
        at = 0
        for places, _ in self._runs if parts else ():
            end = begin + places.length()
            while at < len(parts) and parts[at][0] < end:
                low, high = max(parts[at][0], begin), min(parts[at][1], end)
                if low < high:
                    spans.append((places.source_of(low - begin), places.source_of(high - begin)))
                if parts[at][1] > end:
                    break
                at += 1
            begin = end
        return spans


class Line:
    """One command: its words, and those that are its input (<<<)."""

    def __init__(self, start, is_piped):
        self.start, self.is_piped, self.words, self.given = start, is_piped, [], []


class Reader:
    """Reads a shell string into commands. ``inner``: (start, end, kind) of what in it is a text for itself."""

    def __init__(self, scan, text, bounds, is_exact):
        self._scan, self._text, self._is_exact = scan, text, is_exact
        self._at, self._stop, self._limit = bounds
        self._line, self._word, self._redirect, self._ends = Line(self._at, False), None, None, []
        self.inner = []
        #: Whether the lines given to the commands since the last end of a line are a secret.
        self.documents_are_secret = False

    def lines(self):
        """One command after the other; the last one is cut short when the steps are spent."""
        while self._at < self._limit and not self._scan.is_spent(3):
            unit = _UNIT.match(self._text, self._at, self._limit)
            blank, ends, redirect, quote, escape = unit.groups()
            if ends == "(" and self._word is not None and self._word.text().endswith("="):
                blank = ends = None
            if not (blank or ends or redirect):
                if self._word is None:
                    if self._at >= self._stop:
                        break
                    self._word = Word()
                self._part(unit, quote, escape)
                continue
            self._end_word()
            self._redirect = redirect or (self._redirect if blank else None)
            if ends == "`":
                self._quoted_command()
                continue
            self._at = unit.end()
            if ends:
                if self._line.words:
                    yield self._line
                self._line = Line(self._at, ends == "|")
                if ends == "\n":
                    self._documents()
            if self._at >= self._stop and ends != "|":
                break
        self._end_word()
        if self._line.words or self._scan.is_spent(0):
            yield self._line

    def _end_word(self):
        word, self._word = self._word, None
        if word is None:
            return
        if self._redirect in ("<<", "<<-"):
            self._ends.append(word.text())
        (self._line.given if self._redirect == "<<<" else self._line.words).append(word)
        self._redirect = None

    def _documents(self):
        """What stands in the lines up to EOF, or whatever was named so."""
        for name in self._ends:
            start = at = self._at
            while at < self._limit and not self._scan.is_spent():
                line = self._text.find("\n", at, self._limit)
                line = self._limit if line < 0 else line
                if self._text[at:line].strip("\t\r") == name:
                    break
                at = min(line + 1, self._limit)
            self.inner.append((start, at, "secret" if self.documents_are_secret else "text"))
            self._at = at
        self._ends, self.documents_are_secret = [], False

    def _quoted_command(self):
        close = self._text.find("`", self._at + 1, self._limit)
        if close < 0:
            self._at += 1
            return
        self.inner.append((self._at + 1, close, "shell"))
        self._at = close + 1

    def _part(self, unit, quote, escape):
        """Adds one part of a word, in quotes or not."""
        text, at, opened = self._text, self._at, unit.end()
        if unit.group(2) or quote == "$(":
            close = self._closing_parenthesis(opened)
            if close > 0:
                if quote:
                    self.inner.append((opened, close, "shell"))
                return self._add(text[at : close + 1], at, close + 1)
        elif quote:
            close = self._close(opened, quote)
            if close is not None:
                self._quoted(opened, close[0], quote)
                self._at = close[1]
                return None
        elif escape:
            return self._add(escape[1:], at, opened)
        else:
            return self._add(unit.group(), at, opened)
        return self._add(text[at], at, at + 1)

    def _add(self, said, start, end):
        run = self._word.run(True)
        run.add(said, start)
        run.add("", end)
        self._at = end

    def _close(self, opened, quote):
        if quote != "'":
            return close_of(self._scan, self._text, opened, self._limit, quote[-1])
        end = self._text.find("'", opened, self._limit)
        if end > opened and self._text[end - 1] == "\\" and not self._is_exact:
            # Most likely not a shell's, in which this would be the end.
            before = self._text[max(0, opened - 4) : opened - 1]
            close = close_of(self._scan, self._text, opened, self._limit, "'") if _LEADS.search(before) else None
            if close is not None:
                return close
        return None if end < 0 else (end, end + 1)

    def _quoted(self, start, end, quote):
        run = self._word.run(False)
        if quote == "'":
            run.add(self._text[start:end], start)
            run.add("", end)
        elif quote == "$'":
            read_quoted(self._scan, self._text, start, end, run)
        else:
            read_shell_quoted(self._scan, self._text, start, end, run)

    def _closing_parenthesis(self, start):
        at, open_ones = start, 1
        while not self._scan.is_spent():
            found = _PARENTHESIS.search(self._text, at, self._limit)
            if found is None:
                break
            char, at = found.group(), found.end()
            if char == "\\":
                at += 1
            elif char in "\"'":
                is_escaped = char == "'" and self._text.startswith("$", at - 2)
                close = self._close(at, "$'" if is_escaped else char)
                at = close[1] if close else at
            else:
                open_ones += 1 if char == "(" else -1
                if open_ones == 0:
                    return found.start()
        return -1
