"""What Python's prov needs for a document: python prov_cost.py FILE.json FILE.xml. One line of JSON, milliseconds
of processor time."""

import io
import json
import sys
from time import process_time

from prov.model import ProvDocument


def timed(task):
    begin = process_time()
    result = task()
    return result, (process_time() - begin) * 1000


def read(format, data):
    return ProvDocument.deserialize(io.BytesIO(data), format=format)


def write(format, document):
    out = io.StringIO() if format != "xml" else io.BytesIO()
    document.serialize(out, format=format)


def main(json_file, xml_file):
    with open(json_file, "rb") as file:
        json_text = file.read()
    with open(xml_file, "rb") as file:
        xml_text = file.read()
    found = {}
    document, found["prov.json.read"] = timed(lambda: read("json", json_text))
    _, found["prov.json.write"] = timed(lambda: write("json", document))
    _, found["prov.provn.write"] = timed(lambda: write("provn", document))
    _, found["prov.xml.read"] = timed(lambda: read("xml", xml_text))
    _, found["prov.xml.write"] = timed(lambda: write("xml", document))
    _, found["prov.unify"] = timed(document.unified)
    found["records"] = len(document.get_records())
    print(json.dumps(found))


main(*sys.argv[1:])
