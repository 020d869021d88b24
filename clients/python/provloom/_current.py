"""What this process records into right now. Few names that every call looks at, and nothing else."""

from _thread import RLock

#: held while a session begins, changes or ends; a forked child has its own
lock = RLock()
#: the open stream, or None: not started, ended, or not wanted
stream = None
#: the session, also when the agent does not want this rank
session = None
#: whether a `with` of a context was ever entered here: else nobody has to be asked for one
in_contexts = False
#: the tree of this process
tree = None
#: a name for each call that a signal's handler made before the session was there
early = []
#: what an end_run was ending, and how, when what a signal's handler raised went through it: the next one goes on with that
cut_off = None
#: end_run was called in this process
ended = False
#: the last session that ended here: an end_run without an open one says whether the graph holds it
last = None
#: the last session that ended here before its agent had said a word of it
unheard = None
#: start_run was called and found no place to write to, which it has told
unable = False
