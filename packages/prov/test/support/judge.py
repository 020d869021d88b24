"""Reads documents with the Python package `prov` and writes them again in every format, for comparison.

Usage: judge.py FOLDER. For each NAME.json and NAME.xml in FOLDER, writes NAME.ENDING.out.json, .out.provn and .out.xml,
or NAME.ENDING.error with the reason why it could not.
"""

import pathlib
import sys
import warnings

from prov.model import ProvDocument

warnings.simplefilter("ignore")
FORMATS = {"json": "json", "provn": "provn", "xml": "xml"}


def judge(path: pathlib.Path) -> None:
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
