"""Programs nobody here wrote read RO-Crates, and say what they found, of each crate one line of JSON.

Usage: crate-judge.py CRATE...
"""

import io
import json
import os
import pathlib
import sys
import tempfile
import zipfile

import requests.adapters
import urllib3
from requests_cache import CachedSession
from rocrate.rocrate import ROCrate
from rocrate_validator import models, services

CONTEXT = "https://w3id.org/ro/crate/1.1/context"


class Shipped(requests.adapters.BaseAdapter):
    """In place of a network: the context of RO-Crate 1.1, as an older rocrate has it that lies in our environment."""

    def send(self, request, **_):
        (wheel,) = pathlib.Path(sys.prefix).glob("rocrate-*.whl")
        body = zipfile.ZipFile(wheel).read("rocrate/data/ro-crate.jsonld")
        raw = urllib3.HTTPResponse(io.BytesIO(body), {"Content-Type": "application/ld+json"}, 200, preload_content=False)
        return requests.adapters.HTTPAdapter().build_response(request, raw)

    def close(self):
        pass


def fill(cache):
    with CachedSession(cache, backend="sqlite", expire_after=-1) as session:
        session.mount("https://", Shipped())
        session.get(CONTEXT)


def found(crate, cache):
    """What the validator finds in a crate, by severity, as `entity: words`."""
    settings = services.ValidationSettings(
        rocrate_uri=crate,
        profile_identifier="process-run-crate",
        requirement_severity=models.Severity.RECOMMENDED,
        offline=True,
        cache_path=cache,
    )
    issues = services.validate(settings).get_issues(models.Severity.RECOMMENDED)
    lines = {(one.severity, f"{one.violatingEntity}: {' '.join(one.message.split())}") for one in issues}
    return {
        severity.name.lower(): sorted(line for of, line in lines if of == severity)
        for severity in (models.Severity.REQUIRED, models.Severity.RECOMMENDED)
    }


def read(crate):
    """The crate as ro-crate-py has it, which can also write it again: it finds every file."""
    loaded = ROCrate(crate)
    actions = loaded.get_by_type("CreateAction")
    with tempfile.TemporaryDirectory() as again:
        loaded.write(again)
        written = sum(len(files) for _, _, files in os.walk(again))
    return {
        "name": loaded.name,
        "files": sorted(one.id for one in loaded.get_by_type("File")),
        "written": written,
        "actions": [
            {
                "status": one["actionStatus"],
                "error": one.get("error"),
                "instrument": names(one.get("instrument")),
                "object": names(one.get("object")),
                "result": names(one.get("result")),
                "agent": names(one.get("agent")),
            }
            for one in actions
        ],
    }


def names(entities):
    entities = entities if isinstance(entities, list) else [] if entities is None else [entities]
    return sorted(str(one.get("name")) for one in entities)


with tempfile.TemporaryDirectory() as folder:
    cache = pathlib.Path(folder) / "cache"
    fill(str(cache))
    for crate in sys.argv[1:]:
        print(json.dumps({**found(crate, cache), "read": read(crate)}))
