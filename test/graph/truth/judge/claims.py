"""What is asked, prov.json as the JSON that it is, and what is found untrue in it."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import datetime

asked = json.load(sys.stdin)
RUN, WORK, NOTES = asked["runDir"], asked["work"], asked["notes"]
with open(os.path.join(RUN, "prov.json"), encoding="utf-8") as opened:
    document = json.load(opened)

judged, seen, untrue = Counter(), set(), []


def claim(name, where, told, found, same=None):
    """One claim of the document beside what another program says of it."""
    judged[name] += 1
    if not (told == found if same is None else same):
        untrue.append(f"{where} {name}: told {told!r}, found {found!r}")


def many(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def plain(value):
    """A value as Python has it; a name as its text."""
    if not isinstance(value, dict):
        return value
    text, kind = value["$"], value.get("type", "")
    if kind in ("xsd:long", "xsd:int", "xsd:integer"):
        return int(text)
    if kind == "xsd:double":
        return float(text.replace("INF", "inf"))
    return text


class Thing:
    """An element: an attribute that is asked for is one that is judged."""

    def __init__(self, identifier, record):
        self.id, self.record = identifier, record
        self.types = {plain(one) for one in many(record.get("prov:type"))}
        for name in record:
            seen.add(name)

    def all(self, name):
        return [plain(one) for one in many(self.record.get(name))]

    def one(self, name):
        values = self.all(name)
        if len(values) > 1:
            untrue.append(f"{self.id} {name}: {len(values)} values")
        return values[0] if values else None

    def claim(self, name, found, same=None):
        claim(name, self.id, self.one(name), found, same)

    def may(self, name, found):
        """As `claim`, where it is told."""
        if name in self.record:
            self.claim(name, found)


def section(kind):
    return {identifier: Thing(identifier, record) for identifier, record in document.get(kind, {}).items()}


entities, activities, agents = section("entity"), section("activity"), section("agent")


def relations(kind):
    return list(document.get(kind, {}).values())


def of(things, kind):
    return [one for one in things.values() if kind in one.types]


def seconds(text):
    return datetime.strptime(text.replace("Z", "+0000"), "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


def sha256_of(path):
    """By the program that everybody has."""
    said = subprocess.run(["sha256sum", "--zero", path], capture_output=True, check=True)
    return said.stdout[:64].decode()


def git(*words, folder=WORK, data=None):
    done = subprocess.run(["git", "-C", folder, *words], input=data, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else f"git {words[0]}: {done.stderr.decode()}".encode()


def line(*words, folder=WORK):
    return git(*words, folder=folder).decode().strip()


def rank_notes():
    """Of each rank all that it noted, in order."""
    found = {}
    for name in sorted(os.listdir(NOTES)):
        with open(os.path.join(NOTES, name), encoding="utf-8") as opened:
            found[int(re.findall(r"\d+", name)[0])] = [json.loads(one) for one in opened]
    return found


notes = rank_notes()


def noted(rank, *kinds):
    return [one for one in notes.get(rank, []) if one["note"] in kinds]
