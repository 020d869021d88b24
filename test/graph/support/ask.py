"""Asks documents in Turtle what docs/questions.md asks: reads {"files": {name: path}, "queries": [[key, text]]} and
writes {name: {key: {"rows": [[[lexical, datatype], ...]], "ms": time}}}, as JSON. An ASK has one row of one column.
"""

import json
import sys
import time

import rdflib

asked = json.load(sys.stdin)


def cell(term):
    if term is None:
        return None
    return [str(term), str(getattr(term, "datatype", None) or "")]


answers = {}
for name, path in asked["files"].items():
    graph = rdflib.Graph()
    graph.parse(path, format="turtle")
    answers[name] = {}
    for key, text in asked["queries"]:
        begun = time.perf_counter()
        result = graph.query(text)
        rows = [[[str(result.askAnswer).lower(), ""]]] if result.type == "ASK" else [[cell(one) for one in row] for row in result]
        answers[name][key] = {"rows": rows, "ms": 1000 * (time.perf_counter() - begun)}
json.dump(answers, sys.stdout)
