"""prov4ml by Provloom, where no other is installed: docs/coming-from-prov4ml.md."""

import sys

from provloom.compat.load import gives_way

if not gives_way(__name__):
    from provloom.compat import run, surface

    surface.fill(sys.modules[__name__], run.start_run_of_prov4ml)
    del run, surface
