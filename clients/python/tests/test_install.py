"""pip installs the package from its folder, with no package index in reach."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import CLIENT

HAS_PIP = subprocess.run([sys.executable, "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


class Install(unittest.TestCase):
    @unittest.skipUnless(HAS_PIP, "this Python has no pip")
    def test_pip_installs_it_without_an_index(self):
        work = tempfile.mkdtemp(prefix="provloom-install-")
        self.addCleanup(shutil.rmtree, work, ignore_errors=True)
        sources, target = os.path.join(work, "sources"), os.path.join(work, "target")
        shutil.copytree(CLIENT, sources, ignore=shutil.ignore_patterns("__pycache__", "tests"))
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", "--target", target, sources],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stdout)
        program = "import provloom, importlib.metadata as m; print(provloom.__version__ == m.version('provloom'), provloom.__file__)"
        output = subprocess.run([sys.executable, "-c", program], env=dict(os.environ, PYTHONPATH=target), cwd=work,
                                stdout=subprocess.PIPE, universal_newlines=True).stdout  # fmt: skip
        self.assertEqual(output.split()[0], "True")
        self.assertTrue(output.split()[1].startswith(target), output)
        self.assertTrue(os.path.exists(os.path.join(target, "provloom", "py.typed")))


if __name__ == "__main__":
    unittest.main()
