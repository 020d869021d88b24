"""What is cut before anything is recorded: nobody wants a password in a provenance graph. docs/security.md says what is
found (packages/agent/src/secrets.ts is the same for the agent)."""

from ._cut_in import from_inside

#: Keys that begin with one letter are longer, and have two dots; those of any letters a colon.
_LONG = 56
#: So many times what is kept of a text is read of it: a secret that is cut in two may not be seen to be one.
_REACH = 4


def without_secrets(argv):
    """The words of a command line without the secrets in them. Names and all else stay."""
    if _is_harmless(argv):
        return list(argv)
    from ._secret_commands import Command
    from ._secret_scan import Scan

    scan = Scan(sum(map(len, argv)), len(argv))
    command = Command(scan, 0)
    return [_masked(word, command.feed(word)) for word in argv]


def text_without_secrets(text):
    """A text of any kind without the secrets in it: a log line, a traceback, a source file, a diff, a configuration."""
    from ._secret_scan import Scan

    return _masked(text, Scan(len(text)).text(text))


def told(text):
    """A text that nobody has logged, as it may be recorded: an error, its traceback, what a program says. Never raises: what cannot be read is masked whole."""
    try:
        from ._secret_repeated import repeated_in
        from ._secret_scan import Scan

        spans = Scan(len(text)).text(text)
        return _masked(text, spans + repeated_in(text, spans))
    except from_inside(Exception):
        return "***"  # no descriptor, no memory: what reads it cannot be loaded


def first_told(text, length):
    """The first so many letters of such a text."""
    return told(text[: _REACH * length])[:length]


def last_told(text, length):
    """The last so many letters of such a text; from the beginning of a line, where one begins soon."""
    return _last_lines(told(_last_lines(text, _REACH * length)), length)


def _last_lines(text, length):
    if len(text) <= length:
        return text
    tail = text[-length:]
    line = tail.find("\n") + 1
    return tail[line:] if line <= length / 4 else tail


def told_variables(variables):
    """{name: value} of an environment without the secrets in the values."""
    import re

    # user:password@host, as a whole value: an address with a login in it.
    account = re.compile(r"\A([^\s:/@]{1,64}:)(?!//)[^\s@]{1,256}(?=@)", re.A)
    read = str if _is_harmless(list(variables.values())) else told
    return {name: account.sub(r"\1***", read(value)) for name, value in variables.items()}


def without_credentials(remote):
    """A git remote without user and password (for ssh the user stays, it is an account), query and fragment."""
    import re

    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", remote)
    if found is None:
        return text_without_secrets(remote)
    from ._secret_urls import remote_size

    scheme, rest = found.group(1), remote[found.end() :]
    user, size = remote_size(scheme, rest)
    bare = re.split(r"[?#]", rest[size:], maxsplit=1)[0]
    return text_without_secrets(found.group() + user + bare)


def _is_harmless(argv):
    """Whether nothing in these words is worth a closer look, for which much has to be loaded."""
    from . import _secret_table as table

    text = "\n".join(argv)
    small = text.lower()
    marks = table.HINTS + [begin for begin, _ in table.PHRASES] + ["://"]
    if any(mark in small for mark in marks):
        return False
    if any(mark in text for marks, _ in table.KEYS_WITH for mark in marks.split() if len(mark) > 1):
        return False
    if any(begin in text for begins, *_ in table.KEYS for begin in begins.split() if len(begin) > 1):
        return False
    programs = {name for row in table.PROGRAMS for name in row["of"].split()}
    abbreviated = set(table.ABBREVIATED)
    options = set(table.PAIR_OPTIONS + table.PERHAPS_OPTIONS)
    return not any(
        (len(word) > _LONG and (word.count(".") > 1 or ":" in word))
        or len(word.lstrip("+-")) in table.KEY_LINES
        or not word.isprintable()
        or " " in word
        or word.rsplit("/", 1)[-1] in programs
        or word[:2] in ("-p", "-P")
        or (word[:2] == "--" and word[2:].split("=", 1)[0].lower().replace("_", "-") in abbreviated)
        or (word[:1] == "-" and word.lstrip("-").split("=", 1)[0].lower() in options)
        for word in argv
    )


def _masked(text, spans):
    """A text with these spans of it masked."""
    if not spans:
        return text
    from ._secret_quotes import joined
    from ._secret_table import MASK

    shown, at = [], 0
    for start, end in joined(spans):
        shown += [text[at:start], MASK]
        at = end
    return "".join(shown) + text[at:]
