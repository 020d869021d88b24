"""What a name says of its value (``--hf-token``, ``DB_PASSWORD``, ``pad_token``), and what values are no secret all the
same."""

import re
from functools import lru_cache

from . import _secret_table as table

_LEVELS = {word: level for level, words in table.LEVELS.items() for word in words.split()}
_STEMS, _NO_STEMS = tuple(table.STEMS), frozenset(table.NO_STEMS)
_OWNERS, _KEY_FILES, _KEY_FIELDS = frozenset(table.KEY_OWNERS), frozenset(table.KEY_FILES), frozenset(table.KEY_FIELDS)
_PLAIN, _OTHER, _IDS = frozenset(table.PLAIN_ENDS), frozenset(table.OTHER_ENDS), frozenset(table.NUMBERED_ENDS)
_COUNTS, _FLAGS = frozenset(table.COUNTS), frozenset(table.FLAGS)
_TOKEN_PARTS, _PASS_PARTS = frozenset(table.TOKEN_PARTS), frozenset(table.PASS_PARTS)
_ABBREVIATED = frozenset(table.ABBREVIATED)
_URL_NAMES = frozenset(table.URL_NAMES)

#: Where one word of a name ends and the next begins: hfToken, APIKey, x-api-key, db.password.
_SEAM = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DIGITS = re.compile(r"[0-9]*")
_NAME_MAX = 128


def is_abbreviated(name):
    return name[:_NAME_MAX].lower().replace("_", "-") in _ABBREVIATED


@lru_cache(maxsize=4096)
def level_of(name, in_url=False):
    """How sure it is that the value of this name is a secret: a level of the table, or None."""
    words = [_bare(word) for word in _SEAM.split(name[-_NAME_MAX:]) if not _DIGITS.fullmatch(word)]
    if in_url and words and words[-1] in _URL_NAMES:
        return "sure"
    for at in range(len(words) - 1, -1, -1):
        level = _level_at(words, at)
        if level is not None:
            return _in_company(words, at, level)
    return None


def level_of_option(name):
    """The same of a long option, whose name may be cut off."""
    return level_of(name) or ("likely" if is_abbreviated(name) else None)


def _bare(word):
    word = word.lower()
    return word if word in _PLAIN or word in _OWNERS else word.rstrip("0123456789")


def _level_at(words, at):
    word = words[at]
    if word in ("key", "keys") and at > 0:
        owner = words[at - 1]
        if owner in _KEY_FIELDS:
            return None
        return "sure" if owner in _OWNERS else "file" if owner in _KEY_FILES else "perhaps"
    if word in _LEVELS:
        return _LEVELS[word]
    return "sure" if word.endswith(_STEMS) and word not in _NO_STEMS else None


def _in_company(words, at, level):
    """The level of a secret word among the words around it."""
    before, after = words[:at], words[at + 1 :]
    if any(word in _OTHER for word in after) or any(word in _COUNTS for word in before):
        return None
    last = before[-1] if before else ""
    if words[at] == "pass" and last in _PASS_PARTS:
        return None
    if before and (before[0] in _FLAGS or (words[at] in ("token", "tokens") and last in _TOKEN_PARTS)):
        return "perhaps"
    if any(word not in _PLAIN and word not in _IDS for word in after):
        return "perhaps"
    if any(word in _IDS for word in after):
        return "number" if level in ("sure", "likely") else "perhaps"
    return level


#: Nothing but a few marks, yes and no, what is masked, and what only says where the secret is: $TOKEN, ${oc.env:TOKEN}, <token>.
_SHOWN = re.compile(
    r"[\s!-/:-@\[-`{-~]{0,8}|\*+|[Tt]rue|TRUE|[Ff]alse|FALSE|[Nn]one|NONE|[Nn]ull|NULL|nil|undefined"
    r"|\$[A-Z_][A-Z0-9_]*|\$\{(?:oc\.env:|env:)?[A-Z_][A-Z0-9_]*\}"
    r"|\$\{\{\s*[\w.]+\s*\}\}|<\|?/?[A-Za-z_]+\|?>|\[[A-Z]+\]|%[a-z]|%\(\w+\)[a-z]", re.A)  # fmt: skip
_SHORT_NUMBER = re.compile(r"[+-]?(?:\d{1,3}|\d*\.\d+(?:[eE][+-]?\d+)?)", re.A)
_NUMBERS = re.compile(r"[\[(]?[+-]?[\d.]+(?:[\s,]+[+-]?[\d.]+)*[\])]?", re.A)
_CODE = re.compile(r"\d{4,12}", re.A)
_PATH = re.compile(r"(?:~|\.{1,2})?/|[A-Za-z]:[\\/]|(?:file|gs|s3|az|abfss?|hdfs|dbfs|vault|env)://?", re.A)
_FILE = re.compile(
    r"[\w .~/\\@+-]*\.(?:pem|key|crt|cer|pub|p12|pfx|jks|json|ya?ml|toml|ini|txt|cfg|conf|env|py|pt|csv|db)", re.A)  # fmt: skip
_PIECE = re.compile(r"[A-Za-z0-9]+")
_TURN = re.compile(r"[0-9]+|[A-Za-z]+")
_HEX = re.compile(r"[0-9a-f]+")
_JUDGED = 4096


def is_secret(level, value):
    """Whether the value of a name of this level is to be masked."""
    value = value[:_JUDGED]
    if _SHOWN.fullmatch(value):
        return False
    if level == "digits":
        return _CODE.fullmatch(value) is not None
    if level in ("perhaps", "pair"):
        return is_jumble(value)
    if level in ("file", "likely", "number") and _is_path(value):
        return False
    if level == "likely":
        return _SHORT_NUMBER.fullmatch(value) is None
    return level != "number" or _NUMBERS.fullmatch(value) is None


def _is_path(value):
    return (_PATH.match(value) is not None or _FILE.fullmatch(value) is not None) and not is_jumble(value)


def is_jumble(value):
    """Letters and digits as no word has them: what was made at random."""
    return any(_is_random(piece) for piece in _PIECE.findall(value))


def _is_random(piece):
    size = len(piece)
    if size < 8:
        return False
    turns = len(_TURN.findall(piece)) - 1
    if turns < 3:
        return False
    if not piece.islower() and not piece.isupper():
        return True
    return (size >= 20 and turns >= 4) or (size >= 16 and _HEX.fullmatch(piece) is not None)


_PAIR = re.compile(r"(?![A-Za-z]:[\\/])([^\s:/@]*):(?!//)(.*)", re.A | re.S)
_SCHEMES = "|".join(map(re.escape, sorted(table.SCHEMES, key=len, reverse=True)))
SCHEME = re.compile(r"(?:%s)(?![\w-])[ \t]*" % _SCHEMES, re.I | re.A)
#: A place that is filled in later: f"Bearer {token}", "Bearer %s".
TO_FILL = re.compile(r"\$?\{{1,2}[\s\w.\[\]'()-]*\}{1,2}|\$[A-Za-z_]\w*|%s|%\(\w+\)s", re.A)


def parts_of(level, value):
    """[(start, end)] of what is secret in a value."""
    quoted = 1 if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0] else 0
    start, end = quoted, len(value) - quoted
    inner = value[start:end] if quoted else value
    if level == "header":
        scheme = SCHEME.match(inner)
        at = scheme.end() if scheme else 0
        rest = inner[at:]
        return [] if TO_FILL.fullmatch(rest) or not is_secret("sure", rest) else [(start + at, end)]
    pair = _PAIR.fullmatch(inner) if level == "pair" else None
    if pair is not None:
        return _parts_of_pair(pair, start)
    return [(start, end)] if is_secret(level, inner) else []


def _parts_of_pair(pair, start):
    """user:password; a token may stand on either side alone."""
    user, word = pair.groups()
    parts = []
    if user and (word in ("", "x", "X", "x-oauth-basic") or is_jumble(user)) and is_secret("sure", user):
        parts.append((start, start + len(user)))
    if word and not _DIGITS.fullmatch(word) and is_secret("sure", word):
        parts.append((start + pair.start(2), start + pair.end(2)))
    return parts
