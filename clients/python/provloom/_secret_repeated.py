"""A traceback has what it says twice: in the message, and in the line of code that made it."""

import re

from ._secret_words import level_of

_LITERAL = re.compile("(?<=[\"'])[^\"'\\\\\n]{6,256}(?=[\"'])")
_PIECE = re.compile(r"[^\s\"'`,;=()\[\]{}<>]{6,256}", re.A)
_LOOKED = 4096


def repeated_in(text, spans):
    """[(start, end)] of quoted texts that are what is secret elsewhere in the text."""
    secret = set()
    for start, end in spans:
        said = text[start : min(end, start + _LOOKED)]
        secret.add(said)
        secret.update(part for part in _PIECE.findall(said) if level_of(part) is None)
    return [found.span() for found in _LITERAL.finditer(text) if found.group() in secret] if secret else []
