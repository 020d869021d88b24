"""Reads documents with the Python package `prov` and writes them again in every format, for comparison.

Usage: judge.py FOLDER [SCHEMA.xsd]. For each NAME.json and NAME.xml in FOLDER, writes
NAME.ENDING.out.json, .out.provn and .out.xml,
or NAME.ENDING.error with the reason why it could not; NAME.ENDING.invalid
has what the schema says against it.
"""

import pathlib
import sys
import warnings

from prov.model import ProvDocument

warnings.simplefilter("ignore")
FORMATS = {"json": "json", "provn": "provn", "xml": "xml"}


schema = None
if len(sys.argv) > 2:
    from lxml import etree

    schema = etree.XMLSchema(file=sys.argv[2])


def judge(path: pathlib.Path) -> None:
    if path.suffix == ".xml" and schema is not None:
        if not schema.validate(etree.parse(str(path))):
            path.with_name(f"{path.name}.invalid").write_text(str(schema.error_log.last_error.message), encoding="utf-8")
    with open(path, "rb") as stream:
        document = ProvDocument.deserialize(stream, format=path.suffix[1:])
    for ending, name in FORMATS.items():
        text = document.serialize(format=name)
        path.with_name(f"{path.name}.out.{ending}").write_text(text, encoding="utf-8")


for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        judge(path)
    except Exception as error:
        path.with_name(f"{path.name}.error").write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
