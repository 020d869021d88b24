"""Programs nobody here wrote read documents of runs, all in one process. Reads {"schema": XSD, "names": [name]}
from standard input, with the files NAME.json, NAME.xml, NAME.ttl, NAME.trig beside each other in the current folder; writes
{name: {"records", "unified", "again", "isomorphic", "schema"} or {"error"}}, as JSON, and what it read in NAME.xml into
NAME.xml.json.
"""

import json
import sys
import warnings

import rdflib
from lxml import etree
from prov.model import ProvDocument

warnings.simplefilter("ignore")
asked = json.load(sys.stdin)
schema = etree.XMLSchema(file=asked["schema"])


def loaded(name, kind):
    with open(f"{name}.{kind}", "rb") as stream:
        return ProvDocument.deserialize(stream, format=kind)


def said(document):
    """Its records as text: there NaN is NaN."""
    return sorted(record.get_provn() for record in document.get_records())


def triples(name, kind):
    """A graph's triples without names for blank nodes: none of ours points to another, so each is what is said of it."""
    if kind == "trig":
        dataset = rdflib.Dataset()
        dataset.parse(f"{name}.trig", format="trig")
        graph = dataset.default_graph
    else:
        graph = rdflib.Graph().parse(f"{name}.ttl", format="turtle")
    said = {}
    for subject, predicate, value in graph:
        if isinstance(subject, rdflib.BNode):
            if isinstance(value, rdflib.BNode):
                raise ValueError("a blank node points to another")
            said.setdefault(subject, []).append((predicate.n3(), value.n3()))
    named = {node: tuple(sorted(pairs)) for node, pairs in said.items()}
    return sorted(
        (subject.n3(), predicate.n3(), repr(named.get(value, value.n3())))
        for subject, predicate, value in graph
        if not isinstance(subject, rdflib.BNode)
    )


def judged(name):
    document = loaded(name, "json")
    again = ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
    found = {
        "records": len(document.get_records()),
        "unified": len(document.unified().get_records()),
        "again": said(again) == said(document),
        "isomorphic": triples(name, "ttl") == triples(name, "trig"),
        "schema": "",
    }
    with open(f"{name}.xml.json", "w", encoding="utf-8") as stream:
        stream.write(loaded(name, "xml").serialize(format="json"))
    if not schema.validate(etree.parse(f"{name}.xml")):
        found["schema"] = str(schema.error_log.last_error.message)
    return found


verdicts = {}
for name in asked["names"]:
    try:
        verdicts[name] = judged(name)
    except Exception as error:
        verdicts[name] = {"error": f"{type(error).__name__}: {error}"}
json.dump(verdicts, sys.stdout)
