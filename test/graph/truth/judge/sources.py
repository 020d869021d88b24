"""Code, beside git."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile

from claims import RUN, WORK, asked, claim, entities, git, line, of, relations


def code():
    (source,) = of(entities, "mls:Implementation")
    source.claim("provloom:commit", line("rev-parse", "HEAD"))
    source.claim("provloom:branch", line("branch", "--show-current"))
    source.claim("schema:codeRepository", line("remote", "get-url", "origin"))
    source.claim("schema:name", os.path.basename(line("remote", "get-url", "origin")))
    source.claim("prov:location", line("rev-parse", "--show-toplevel"))
    changes = line("status", "--porcelain")
    source.claim("provloom:dirty", changes != "")
    diff = git("diff", "--binary", "--no-color", "--no-ext-diff", "HEAD")
    source.claim("provloom:diffSha256", hashlib.sha256(diff).hexdigest())
    patch(source, diff)
    untracked(source)


def patch(source, diff):
    """The recorded diff on a fresh checkout of the recorded commit gives the very tree."""
    kept = entities["run:source.diff"]
    path = os.path.join(RUN, kept.one("prov:location"))
    with open(path, "rb") as opened:
        claim("the diff", kept.id, opened.read() == diff, True)
    with tempfile.TemporaryDirectory() as fresh:
        subprocess.run(["git", "clone", "-q", source.one("schema:codeRepository"), fresh], check=True, capture_output=True)
        git("checkout", "-q", "--detach", source.one("provloom:commit"), folder=fresh)
        claim("git apply --check", kept.id, git("apply", "--check", "--index", path, folder=fresh).decode(), "")
        git("apply", "--index", path, folder=fresh)
        index = {**os.environ, "GIT_INDEX_FILE": os.path.join(fresh, ".git", "theirs")}
        shutil.copy(os.path.join(WORK, ".git", "index"), index["GIT_INDEX_FILE"])
        subprocess.run(["git", "-C", WORK, "add", "-u"], env=index, check=True, capture_output=True)
        here = subprocess.run(["git", "-C", WORK, "write-tree"], env=index, check=True, capture_output=True).stdout.decode().strip()
        claim("tree of the commit and the diff", kept.id, line("write-tree", folder=fresh), here)


SOURCES = (".py", ".sh", ".pyx", ".c", ".cpp", ".h", ".js", ".ts", ".r", ".R", ".ipynb", ".yaml", ".yml", ".toml", ".json", ".cfg")


def untracked(source):
    names = [name for name in git("ls-files", "--others", "--exclude-standard", "-z").decode().split("\0") if name]
    wanted = sorted(name for name in names if name.endswith(SOURCES))
    told = [thing for identifier, thing in entities.items() if re.match(r"run:source\.untracked\.[^.]+$", identifier)]
    claim("untracked sources", source.id, sorted(one.one("prov:label") for one in told), wanted)
    for one in told:
        claim("place of an untracked source", one.id, one.one("prov:location"), os.path.join(WORK, one.one("prov:label")))
    if len(names) > len(wanted):
        source.claim("provloom:untrackedOthers", len(names) - len(wanted))
    behind = {one["prov:usedEntity"] for one in relations("wasDerivedFrom") if one["prov:generatedEntity"] == source.id}
    claim("what the source is derived from", source.id, behind, {"run:script", "run:source.diff", *(one.id for one in told)})
    script = entities["run:script"]
    script.claim("prov:location", os.path.join(WORK, asked["script"]))
    copy = entities["run:script.copy"]
    for place in copy.all("prov:location"):
        with open(os.path.join(RUN, place), "rb") as one, open(os.path.join(WORK, asked["script"]), "rb") as other:
            claim("bytes of the script", copy.id, one.read() == other.read(), True)
