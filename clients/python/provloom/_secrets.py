"""What is cut from command lines and git remotes before they are recorded (packages/agent/src/secrets.ts)."""

import re

_CUT = "***"
_WORDS = frozenset(
    "password passwd passphrase pwd pass secret token apikey pat credential credentials bearer signature sig".split()
)
_KEYS = frozenset("api access private secret auth encryption account storage".split())

# What is searched for begins where a word begins and its name is bounded: an argument of megabytes costs no more than
# its length.

#: Tokens that say themselves what they are: of code hosts, model hubs, clouds and chat, and JSON Web Tokens.
_KNOWN = re.compile(
    r"(?<![\w-])(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|hf_\w{16,}|sk-[\w-]{16,}|xox[abprs]-[\w-]{10,}"
    r"|AKIA[A-Z0-9]{16}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)", re.A)  # fmt: skip
_URL = re.compile(r"(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,31}://)[^\s/\"']+@", re.I | re.A)
_PARAMETER = re.compile(r"([?&;]([\w.-]+)=)[^&\s\"']+", re.A)
#: ``"name": "value"`` and ``name: value``, as in JSON and YAML given on the command line.
_PAIR = re.compile(r"((?<![\w.-])([\"']?)([\w.-]{1,128})\2\s{0,8}:\s{0,8})(\"[^\"]*\"|'[^']*'|[^\s,{}\"'/][^\s,{}\"']*)", re.A)
#: Hydra's overrides begin with + or ~.
_ASSIGNMENT = re.compile(r"([\"']?[+~]{0,2}[\w./@-]+)=(.+)", re.S | re.A)
_OPTION = re.compile(r"--?[A-Za-z]")
_SCHEME = re.compile(r"[\"']?(?:bearer|basic)", re.I)
_REMOTE = re.compile(r"([a-z][a-z0-9+.-]*://)[^/]*@", re.I)
_SSH = re.compile(r"([a-z+]*ssh://)([^/@:]*)(?::[^/]*)?@", re.I)


def without_secrets(argv):
    """The words of a command line with the values of secret options, assignments and pairs, credentials and secret
    parameters in URLs, bearer tokens and tokens of well-known shapes cut."""
    words, secret = [], False
    for word in argv:
        if secret and not word.startswith("--"):
            words.append(_CUT)
        else:
            words.append(_text(word) if re.search(r"\s", word) else _word(word))
        secret = _takes_secret(word)
    return words


def without_credentials(remote):
    """A git remote without user and password (for ssh the user stays, it is an account), query and fragment."""
    if not re.match(r"[a-z][a-z0-9+.-]*://", remote, re.I):
        return remote
    bare = re.split(r"[?#]", remote, maxsplit=1)[0]
    if _SSH.match(bare):
        return _SSH.sub(r"\1\2@", bare, count=1)
    return _REMOTE.sub(r"\1", bare, count=1)


def _text(text):
    shown, secret = [], False
    for word in re.split(r"(\s+)", _pairs(text)):
        if word.strip() == "":
            shown.append(word)
            continue
        shown.append(_CUT if secret and not word.startswith("--") else _word(word))
        secret = _SCHEME.fullmatch(word) is not None or _takes_secret(word)
    return "".join(shown)


def _takes_secret(word):
    return _OPTION.match(word) is not None and "=" not in word and _names_secret(word)


def _word(word):
    found = _ASSIGNMENT.fullmatch(word)
    if found is not None and _names_secret(found.group(1)):
        return "%s=%s" % (found.group(1), _CUT)
    word = _URL.sub(lambda found: found.group(1) + _CUT + "@", _pairs(word))
    word = _PARAMETER.sub(lambda found: found.group(1) + _CUT if _names_secret(found.group(2)) else found.group(), word)
    return _KNOWN.sub(_CUT, word)


def _pairs(text):
    return _PAIR.sub(_pair, text)


def _pair(found):
    if not _names_secret(found.group(3)):
        return found.group()
    quote = found.group(4)[0] if found.group(4)[0] in "\"'" else ""
    return found.group(1) + quote + _CUT + quote


def _names_secret(name):
    words = [word for word in re.split(r"[^a-z0-9]+", re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name).lower()) if word]
    if not words:
        return False
    return words[-1] in _WORDS or (words[-1] == "key" and len(words) > 1 and words[-2] in _KEYS)
