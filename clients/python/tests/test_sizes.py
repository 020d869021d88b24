"""What a spool takes on the disk is known exactly, and asked of few files."""

import os
import shutil
import tempfile
import unittest
from unittest import mock

import support  # noqa: F401  (the client's folder on the path)
from provloom import _sizes


class Sizes(unittest.TestCase):
    def setUp(self):
        self.spool = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.spool)

    def put(self, stream, first, size):
        folder = os.path.join(self.spool, "streams", stream)
        os.makedirs(folder, exist_ok=True)
        file = os.path.join(folder, "%020d.seg" % first)
        with open(file, "wb") as opened:
            opened.truncate(size)
        return file

    def test_are_those_on_the_disk_as_segments_grow_come_and_go(self):
        sizes = _sizes.SegmentSizes(self.spool)
        self.assertEqual(sizes.total(), 0)
        first = self.put("a", 0, 100)
        self.assertEqual(sizes.total(), 100)
        self.put("a", 0, 150)
        self.put("a", 7, 10)
        self.put("b", 0, 1000)
        self.assertEqual(sizes.total(), 1160)
        self.put("a", 7, 50)
        self.put("b", 0, 2000)
        os.unlink(first)
        self.assertEqual(sizes.total(), 2050)

    def test_of_closed_segments_are_looked_at_once(self):
        for first in range(100):
            self.put("a", first, 10)
        sizes = _sizes.SegmentSizes(self.spool)
        sizes.total()
        with mock.patch.object(_sizes, "_size", wraps=_sizes._size) as looked:
            self.assertEqual(sizes.total(), 1000)
        self.assertEqual(looked.call_count, 1)


if __name__ == "__main__":
    unittest.main()
