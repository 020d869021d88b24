"""What OmegaConf's nodes hold, read from the nodes themselves: its resolvers are people's code, and are not run."""

import re

from ._kinds import ABSENT, attributes, comes_from

#: ``${model.depth}``, ``${.depth}``, ``${layers[0]}``: another place of the same config. With a colon it is a resolver's.
_REFERENCE = re.compile(r"\$\{([\w.\[\]-]{1,500})\}")
#: References that are followed for one value: they may lead to each other, and to two more each.
_FOLLOWED_MAX = 64


def is_node(kind):
    return comes_from(kind, "omegaconf")


def content(node):
    """A dict or list of nodes, or the value, with references to other places of the config followed."""
    return _content(node, [_FOLLOWED_MAX])


def _content(node, left):
    for _ in range(_FOLLOWED_MAX):
        own = attributes(node) or {}
        found = own.get("_val", own.get("_content"))
        if not is_node(type(found)):
            return _resolved(node, found, left) if type(found) is str and "${" in found else found
        node = found
    return None


def _resolved(node, text, left):
    """What is a reference as a whole has its target's value; one in a text has its target's text."""
    if len(text) > 10_000:
        return text
    whole = _REFERENCE.fullmatch(text)
    if whole is not None:
        found = _at(node, whole.group(1), left)
        return text if found is ABSENT else found

    def shown(reference):
        found = _at(node, reference.group(1), left)
        return str(found) if type(found) in (str, int, float, bool) else reference.group()

    return _REFERENCE.sub(shown, text)


def _at(node, path, left):
    if left[0] <= 0:
        return ABSENT
    left[0] -= 1
    place = _from(node, len(path) - len(path.lstrip(".")))
    for word in re.findall(r"[^.\[\]]+", path):
        inside = _content(place, left)
        place = ABSENT
        if type(inside) is dict:
            place = inside.get(word, inside.get(int(word), ABSENT) if word.isdigit() else ABSENT)
        elif type(inside) is list and word.isdigit() and int(word) < len(inside):
            place = inside[int(word)]
        if place is ABSENT:
            return ABSENT
    return _content(place, left)


def _from(node, dots):
    """One dot is the node's own folder, each further one the folder around it; without any it is the root."""
    for _ in range(dots or 1000):
        above = (attributes(node) or {}).get("_parent")
        if above is None:
            break
        node = above
    return node
