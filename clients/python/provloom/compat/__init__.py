"""prov4ml and yprov4ml by Provloom: the calls of both, in the order of their parameters in every version that scripts use.

``surface`` names what both offer; the packages themselves are in ``provloom/doors``, a folder that is no package of this one
and that ``provloom run`` and ``provloom agent`` put on a worker's path. What these calls cannot mean here is told once, and
none raises into a training.
"""
