"""Files: that they are where they are said to be, and as they were at the call."""

import hashlib
import os
import re
import stat
import subprocess

from claims import RUN, asked, activities, claim, entities, judged, noted, notes, of, plain, relations, seconds, sha256_of, untrue


def placed(thing):
    """Every place exists; what lies there has the size, the hash and the mode that are told, unless the training wrote it again."""
    for place in thing.all("prov:location"):
        inside = not os.path.isabs(place)
        path = os.path.join(RUN, place)
        claim("prov:location", thing.id, os.path.exists(path), True)
        if inside:
            claim("inside the run directory", thing.id, os.path.realpath(path).startswith(os.path.realpath(RUN) + "/"), True)
        if not os.path.exists(path):
            continue
        if os.path.isfile(path):
            contents(thing, path)
        elif "provloom:MetricStore" not in thing.types and "mls:Implementation" not in thing.types:
            folder(thing, path)
    if "schema:contentUrl" in thing.record:
        claim("schema:contentUrl", thing.id, thing.all("schema:contentUrl"), thing.all("prov:location"))


def contents(thing, path):
    """Of a file that the training wrote again its own notes say what it was."""
    hashes, now = thing.all("schema:sha256"), sha256_of(path)
    was = {(one["sha256"], one["size"]) for rank in notes for one in noted(rank, "file", "dataset") if one.get("path") == path}
    was.add((now, os.stat(path).st_size))
    for told in hashes:
        claim("schema:sha256", thing.id, told, now, told in {sha256 for sha256, _ in was})
    size = thing.one("provloom:size")
    if size is not None:
        claim("provloom:size", thing.id, size, os.stat(path).st_size, size in {of for sha256, of in was if sha256 in hashes or not hashes})
    mode = thing.one("provloom:mode")
    if mode is not None and (now in hashes or not hashes):
        claim("provloom:mode", thing.id, mode, f"{stat.S_IMODE(os.stat(path).st_mode):04o}")


def folder(thing, path):
    """The hash of a folder is that of what sha256sum prints of its files; sorted by the bytes of their names."""
    names = sorted(os.fsencode(os.path.relpath(os.path.join(at, name), path)) for at, _, files in os.walk(path) for name in files)
    sizes = sum(os.stat(os.path.join(os.fsencode(path), name)).st_size for name in names)
    thing.may("provloom:size", sizes)
    thing.may("provloom:files", len(names))
    if "schema:sha256" in thing.record:
        printed = subprocess.run([b"sha256sum", b"--", *names], cwd=path, capture_output=True, check=True).stdout
        thing.claim("schema:sha256", hashlib.sha256(printed).hexdigest())
    thing.may("provloom:mode", f"{stat.S_IMODE(os.stat(path).st_mode):04o}")
    if thing.one("provloom:mediaType") == "inode/directory":
        claim("a folder is a collection", thing.id, "prov:Collection" in thing.types, True)
        places = {entities[one["prov:entity"]].one("prov:location") for one in relations("hadMember") if one["prov:collection"] == thing.id}
        claim("files of a folder", thing.id, sorted(places), sorted(os.path.join(path, os.fsdecode(name)) for name in names))






def files():
    """Each file that a rank noted is there, with what it was at the call, its copy, and who used or made it when."""
    generated = {one["prov:entity"]: one for one in relations("wasGeneratedBy")}
    copies = {one["prov:usedEntity"]: one["prov:generatedEntity"] for one in relations("wasDerivedFrom") if one["prov:generatedEntity"].endswith(".copy")}
    for rank, told in notes.items():
        for note in told:
            if note["note"] == "file":
                file(rank, note, generated, copies)
    kinds = {"File", "StoredCopy", "Diff"}
    known = {note["path"] for rank in notes for note in noted(rank, "file", "folder", "dataset") if "path" in note}
    for thing in entities.values():
        if not kinds & {kind.partition(":")[2] for kind in thing.types}:
            continue
        place = thing.one("prov:location") if "provloom:StoredCopy" not in thing.types else None
        if place is not None and os.path.isabs(place) and not thing.id.startswith(("run:script", "run:source")) and notes:
            claim("a file that was logged", thing.id, any(place == one or place.startswith(one + "/") for one in known), True)
        if "provloom:mediaType" in thing.record and place is not None:
            media_type(thing, os.path.join(RUN, place))
        if "provloom:mode" not in thing.record and thing.id in generated and "provloom:StoredCopy" not in thing.types:
            untrue.append(f"{thing.id}: made, and its mode is not told")


def media_type(thing, path):
    import mimetypes

    # Python's own table first, which is the same on every machine.
    by_ending = mimetypes.MimeTypes().guess_type(path)[0] or mimetypes.guess_type(path)[0]
    found = "inode/directory" if os.path.isdir(path) else by_ending or "application/octet-stream"
    told = thing.one("provloom:mediaType")
    claim("provloom:mediaType", thing.id, told, found, told == found or {told, found} <= {"application/octet-stream", "application/vnd.lotus-organizer"})


def file(rank, note, generated, copies):
    where = f"rank {rank}, {note['called']}"
    found = [
        thing
        for thing in entities.values()
        if note["path"] in thing.all("prov:location")
        and note["sha256"] in thing.all("schema:sha256")
        and note["called"] in thing.all("prov:label")
        and (note["role"] == "input" or thing.id.startswith(f"run:rank-{rank}."))
    ]
    claim("one entity of a logged file", where, len(found), 1)
    if len(found) != 1:
        return
    (thing,) = found
    claim("provloom:size", where, thing.one("provloom:size"), note["size"])
    claim("copied", where, thing.id in copies, note["copy"])
    if note["role"] == "output":
        claim("provloom:mode", where, thing.one("provloom:mode"), f"{note['mode']:04o}")
        made = generated[thing.id]
        claim("generation within its call", where, note["before"] <= seconds(made["prov:time"]) <= note["after"], True)
        maker = f"run:rank-{rank}" + (f".{note['context']}" if "context" in note else "")
        group = of(activities, "provloom:ProcessGroup")
        if group and "model" in note:
            maker = f"{group[0].id}.{note['context']}"
            thing.claim("provloom:writer", f"run:rank-{rank}.{note['context']}")
        claim("maker of a file", where, made["prov:activity"], maker)
    else:
        used = [one for one in relations("used") if one["prov:entity"] == thing.id and one["prov:activity"] == f"run:rank-{rank}"]
        claim("use of a file", where, [plain(one["prov:role"]) for one in used], ["provloom:data"])
        claim("use within its call", where, note["before"] <= seconds(used[0]["prov:time"]) <= note["after"], True)
    for attribute in ("step", "version", "model"):
        if attribute in note:
            thing.claim(f"provloom:{attribute}", note[attribute])
    if note["copy"]:
        copy = entities[copies[thing.id]]
        place = f"artifacts/rank{rank}/" + (f"{note['subfolder']}/" if "subfolder" in note else "")
        claim("place of a copy", copy.id, any(one.startswith(place) for one in copy.all("prov:location")), True)
        claim("schema:sha256", copy.id, copy.all("schema:sha256"), [note["sha256"]])
        claim("mode of a copy", copy.id, int(copy.one("provloom:mode"), 8) & ~note["mode"], 0)
        claim("maker of a copy", copy.id, re.match("run:(recording|recovery-1)$", generated[copy.id]["prov:activity"]) is not None, True)


def data_sets():
    told = of(entities, "mls:Dataset")
    if not notes:
        return
    names = sorted({note["called"] for rank in notes for note in noted(rank, "dataset")})
    claim("data sets", "run", sorted(thing.one("prov:label") for thing in told), names)
    for thing in told:
        note = next(one for rank in notes for one in noted(rank, "dataset") if one["called"] == thing.one("prov:label"))
        for attribute in ("samples", "split"):
            thing.may(f"provloom:{attribute}", note.get(attribute))
        thing.may("provloom:className", "builtins.list")
        thing.may("prov:location", note.get("path"))


def models():
    """What was pickled is what was logged: read again, it is a model of this training."""
    for thing in of(entities, "mls:Model"):
        place = thing.one("prov:location")
        if place is not None and place.endswith(".pkl") and notes:
            import pickle

            with open(os.path.join(RUN, place), "rb") as opened:
                claim("a model that can be read", thing.id, sorted(pickle.load(opened)), ["offset", "slope"])
        thing.may("provloom:className", "builtins.dict")
    for one in relations("wasDerivedFrom"):
        if plain(one.get("prov:type")) == "prov:Revision":
            ends = [entities[one[end]] for end in ("prov:usedEntity", "prov:generatedEntity")]
            (before, model), (version, same) = [(end.one("provloom:version"), end.one("provloom:model")) for end in ends]
            claim("revisions", ends[1].id, (version, same), (before + 1, model))
    for rank in notes:
        folders = [note["called"] for note in noted(rank, "folder") if note["called"].startswith("big")]
        mine = [one for one in of(entities, "provloom:Checkpoint") if one.id.startswith(f"run:rank-{rank}.") and one.one("provloom:model") == "big"]
        claim("versions that are folders", f"rank {rank}", sorted(one.one("prov:label") for one in mine), folders)
        versions = [note["version"] for note in noted(rank, "version")]
        mine = [one for one in of(entities, "provloom:Checkpoint") if one.id.startswith(f"run:rank-{rank}.") and one.one("provloom:model") == "line"]
        claim("versions", f"rank {rank}", sorted(one.one("provloom:version") for one in mine), versions)
        claim("steps of versions", f"rank {rank}", sorted(one.one("provloom:step") for one in mine), [note["step"] for note in noted(rank, "version")])
