"""Runs the client's tests and names those that are skipped, with the reason: python3 clients/python/tests"""

import os
import sys
import unittest

tests = unittest.defaultTestLoader.discover(os.path.dirname(os.path.abspath(__file__)))
result = unittest.TextTestRunner().run(tests)
for test, reason in result.skipped:
    print("Skipped: %s: %s" % (test.id(), reason), file=sys.stderr)
sys.exit(not result.wasSuccessful())
