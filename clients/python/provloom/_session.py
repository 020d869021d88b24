"""From start_run to end_run: a folder of its own in the tree, a stream, and how it ended."""

import json
import os

from . import _current, _life, _place, _process, _session_folder, _tree
from . import _limits as limits
from ._cut_in import from_inside
from ._holder import Holder
from ._paths import text_of
from ._script import script_file
from ._secrets import first_told, told
from ._small import clear, mark_of, now_us, read_json, remove, replace
from ._stream import Stream
from ._tell import line, once
from ._version import VERSION

_seq = 0
#: The fields of events whose text no user has logged: what programs, files and the environment say.
_TOLD = frozenset(("error", "message", "problem", "branch"))


class Session:
    """What this process records into. OWN sessions are its start_run's; it is a HELPER in another process's session,
    or has found its own RANK there and has a session for it."""

    OWN, HELPER, RANK = "own", "helper", "rank"
    #: what a further start_run does while this session is open
    BEGIN_NEXT, HELD, JOINED = "next", "held", "joined"

    def __init__(self, tree, identity, options, kind=OWN, follows=None, inherited=None):
        self.tree = tree
        self.id = identity
        self.options = options
        self.kind = kind
        self.by = "rank" if kind == Session.RANK else None
        #: the process whose session this is, where it is not ours to end alone
        self.follows = follows
        self.inherited = inherited
        self.spool = tree.path("sessions", identity)
        self.version = VERSION
        self.opened = now_us()
        self.pid, self.process_start = _process.me()
        #: the agent does not want this rank: nothing is recorded and nothing counted
        self.quiet = False
        #: nobody will take more: what is logged is counted as dropped
        self.over = False
        self.control = {}
        self.facts = None
        self.wrapped = False
        self.told = 0
        self.status = "completed"
        #: its end is written
        self.ended = False
        #: why no agent could be started for it, and whether a person knows where it is kept
        self.no_agent, self.kept_told = None, False
        #: [(holder, line)] of the start_runs that have not been ended
        self.holds = []
        #: when it was last asked whether this helper is a rank of its own
        self.ranked_at = 0
        self.look_every_us = limits.LOOK_EVERY_US if follows is None else limits.HELPER_LOOK_EVERY_US
        self.stream = Stream(self, self.helper_event if kind == Session.HELPER else self.start_event)
        self._control = self._agent = self._agent_bytes = None
        self._is_kept = False
        self._problems = {}
        #: the groups that were told, by their libraries
        self.groups = {}
        #: the accelerators that were told last
        self.devices, self.devices_at = None, 0
        #: the user's code, and how session.json names it
        self.script_file = self.script = None
        self._counts = {}
        #: how many values the metrics have that are lists
        self.lengths = {}
        #: what numbers the steps of each context, where the script does not
        self.steps = {}
        #: by context and source, at which step they end, as was told last
        self.ends = {}

    # -- for the stream ----------------------------------------------------------------------------------------------

    def encode(self, type_, /, time=None, **fields):
        """An event's JSON. Fields that are None are left out."""
        event = {"type": type_, "time": now_us() if time is None else time}
        for name, value in fields.items():
            if value is not None:
                event[name] = told(value) if name in _TOLD and isinstance(value, str) else value
        return json.dumps(event, separators=(",", ":"), allow_nan=False).encode("ascii")

    def start_event(self):
        asked = {name: text_of(value) if name == "provenanceSaveDir" else value for name, value in self.options.items() if name != "said"}
        return self.encode(
            "session.start",
            pid=os.getpid(),
            session=self.id,
            library="provloom",
            libraryVersion=VERSION,
            language="python",
            **asked,
        )

    def helper_event(self):
        pid, start = _process.me()
        return self.encode("helper", pid=pid, start=start)

    def removal_event(self):
        text = "the spool %s was removed while it was written; it is made again" % self.spool
        once("removed", text)
        return self.encode("problem", code="SPOOL_REMOVED", message=text)

    def used_bytes(self):
        """Bytes of the tree's segments: as its agent has measured them, else as we do."""
        self.is_measured()
        return self._agent_bytes if self._agent_bytes is not None else _session_folder.used_bytes(self.tree)

    def is_measured(self):
        """Whether an agent says how large the tree is."""
        mark = mark_of(self.tree.path("agent.json"))
        if mark is None:
            self._agent_bytes = None
        elif mark != self._agent or self._agent_bytes is None:
            facts = self.tree.agent()
            found = None if facts is None else facts.get("spoolBytes")
            self._agent_bytes = found if isinstance(found, int) else None
        self._agent = mark
        return self._agent_bytes is not None

    def has_spare(self):
        return _session_folder.has_spare(self.spool)

    def give_spare(self):
        return _session_folder.give_spare(self.spool)

    def make_again(self):
        """Raises OSError."""
        if self.facts is not None:
            _session_folder.make_again(self)
            self.name_current()

    def wanted(self):
        """Whether the agent still wants our events. Reads control.json when it has changed."""
        self.look()
        return not (self.quiet or self.over)

    def look(self):
        """Reads control.json when it has changed, and says what the agent has to say."""
        file = os.path.join(self.spool, "control.json")
        mark = mark_of(file)
        if mark is None or mark == self._control:
            return
        found = read_json(file)
        if found is None:
            return
        self._control, self.control = mark, found
        state = found.get("state")
        self.quiet = self.quiet or state == "quiet"
        # One that was refused is kept, to its end.
        self.over = self.over or state == "ended"
        if (self.quiet or self.over) and _current.session is self:
            _current.stream = None
        self.say_notices()

    def is_taken(self):
        """Of one that has ended: an agent took its folder away since, which it does when the graph on disk holds it."""
        return self._is_kept and mark_of(self.spool) is None

    def is_held(self):
        """Of one that has ended: whether the graph on disk holds all of it by now."""
        self.look()
        return self.control.get("state") in ("ended", "quiet") or self.is_taken()

    def say_notices(self):
        """Under a plain start the agent has no standard error of its own: what it has to say, it says here."""
        if self.wrapped or self.kind == Session.HELPER:
            return
        notices = self.control.get("notices")
        if isinstance(notices, list):
            new, self.told = notices[self.told :], max(self.told, len(notices))
            for notice in new:
                if isinstance(notice, dict):
                    line(str(notice.get("message")))

    def tell_drops(self, reason, detail):
        where = os.path.join(self.spool, "streams")
        if reason == "spool-full":
            text = "the spool %s has reached its limit of %d MiB: metrics are dropped, and counted, until the agent " \
                "has sent what is there" % (self.tree.folder, limits.SPOOL_BYTES_MAX // limits.MIB)  # fmt: skip
        elif reason == "too-large":
            text = "a log of more than %d KiB is dropped, and counted; log it as a file with log_artifact" \
                % (limits.EVENT_BYTES_MAX // 1024)  # fmt: skip
        elif reason == "too-many-series":
            text = "more than %d different metrics (key, context, source): %s and further new ones are dropped, and " \
                "counted" % (limits.SERIES_PER_STREAM_MAX, detail)  # fmt: skip
        elif reason == "ended":
            why = self.control.get("message")
            text = "this is logged after its run has ended%s: it is not recorded" % (" (%s)" % why if why else "")
        else:
            text = "%s cannot be written (%s): logs are dropped, and counted, until it can" \
                % (where, os.strerror(detail) if isinstance(detail, int) else reason)  # fmt: skip
        once("drops-" + reason, text)

    # -- for the calls -----------------------------------------------------------------------------------------------

    def event(self, type_, /, **fields):
        """Records an event. Returns (stream, number) or None."""
        stream = self.stream
        return None if self.quiet else stream.event(self.encode(type_, **fields))

    def count(self, what):
        """0, 1, 2, ... for each thing counted; no number twice, from whichever threads."""
        from itertools import count

        return next(self._counts.setdefault(what, count()))

    def problem(self, code, message, key=None):
        """Something is wrong with a call: told once per code and key, and recorded."""
        mark = (code, key)
        if mark in self._problems or len(self._problems) >= limits.PROBLEMS_MAX:
            return
        self._problems[mark] = True
        message = first_told(message, limits.MESSAGE_LENGTH_MAX)
        once("problem-%s-%s" % mark, message)
        self.event("problem", code=code, message=message)

    def refuse(self, reason, code, message, key=None):
        """What is given to a call cannot be recorded: that is counted, and told like any problem."""
        self.stream.lose(reason)
        self.problem(code, message, key)

    # -- its beginning and its end -----------------------------------------------------------------------------------

    def open(self):
        """Makes the folder, complete before it has its name. Raises OSError, and then leaves nothing of it."""
        global _seq
        _tree.make(self.tree, VERSION)
        self.wrapped = self.tree.is_wrapped()
        self.script_file = script_file()
        self.script = None if self.script_file is None else text_of(self.script_file)
        self.facts = _session_folder.describe(self, _seq, VERSION)
        _seq += 1
        named, self.spool = self.spool, self.tree.path("sessions", "." + self.id)
        try:
            _session_folder.make(self.spool, self.facts)
            if not self.stream.open():
                raise OSError(self.stream._failure, os.strerror(self.stream._failure or 0), self.spool)
            _session_folder.put_spare(self.spool)
            os.rename(self.spool, named)
            self._is_named(named)
        except BaseException:
            if mark_of(named) is None:
                self.stream.leave_to_parent()
                clear(self.spool)
                self.spool = named
            else:
                # A handler cut in on what its agent sees already.
                self._is_named(named)
                self.end("incomplete", by="next")
            raise

    def _is_named(self, named):
        self.spool = named
        self.stream.moved()
        self.name_current()

    def go_on(self, facts):
        """The process has become another program: the session goes on, with a stream of its own."""
        self.facts, self.stream.first = facts, self.helper_event
        self.script = facts.get("script")
        self.wrapped = self.tree.is_wrapped()
        self.stream.open()

    def adopt(self):
        """start_run after this process was found to be a rank of its own: the session is its own from now on."""
        self.kind, self.follows = Session.OWN, None
        self.look_every_us = limits.LOOK_EVERY_US

    def held_from(self, line):
        """What another start_run does, by who holds this session and the line that it was called from."""
        me = Holder()
        mine = [hold for hold in self.holds if hold[0].is_like(me)]
        if not mine:
            here = any(hold[0].thread == me.thread for hold in self.holds)
            once("joined", "start_run in another %s: it records into the run that is open, which ends with the last end_run"
                 % ("task" if here else "thread"))  # fmt: skip
            self.holds.append((me, line))
            return Session.JOINED
        again = line == mine[0][1] or _life.is_notebook()
        if again and len(self.holds) == len(mine):
            return Session.BEGIN_NEXT
        if all(line != hold[1] for hold in mine):
            self.holds.append((me, line))
        return Session.HELD

    def release(self):
        """An end_run. Whether it was the last."""
        me = Holder()
        mine = [hold for hold in self.holds if hold[0].is_like(me)]
        if self.holds:
            self.holds.remove((mine or self.holds)[-1])
        return not self.holds

    def name_current(self):
        """This is the session of what this process starts, and of what logs in it later."""
        try:
            replace(self.tree.path("current-%d" % os.getpid()), self.id.encode("ascii"))
        except from_inside(OSError):
            pass  # helpers then find none, and say so

    def end(self, status, error=None, create_graph=None, create_svg=None, by="call", exit_code=None, signal=None):
        """Writes the session's end and closes its stream."""
        self.status = status
        self.leave(for_all=by != "exit")
        said = self.encode(
            "session.end",
            status=status,
            error=error,
            createGraph=True if create_graph or create_svg else None,
            createSvg=True if create_svg else None,
            by=by,
            exitCode=exit_code,
            signal=signal,
        )  # fmt: skip
        if self.quiet:
            self.stream.close()
            if self.kind == Session.OWN:
                self._leave_end(said)
            self.ended = True
            return
        if self.kind == Session.HELPER or self.over:
            self.stream.close()
        else:
            self.stream.close(said)
        self._is_kept = mark_of(self.spool) is not None
        self.ended = True
        self.tell_dropped()

    def _leave_end(self, said):
        """Its streams are read no more: the agent tells how a rank ended that is not collected."""
        try:
            replace(os.path.join(self.spool, "end.json"), said)
        except from_inside(OSError):
            pass  # removed by the agent, which has left

    def stop_helping(self):
        """This process has nothing more to say in another one's session."""
        self.stream.close()
        self.tell_dropped()

    def leave(self, for_all=True):
        """Nothing more of this process goes into this session, and nothing of its helpers where it ends for all."""
        if _current.session is self:
            _current.stream = None
            _current.session = None
            _current.ended = True
            _current.last = None if self.kind == Session.HELPER else self
        if for_all and self.kind != Session.HELPER and self.pid == os.getpid():
            # Before the end is written: what a helper logs from now on is not in it.
            file = self.tree.path("current-%d" % self.pid)
            try:
                with open(file, "rb", buffering=0) as opened:
                    mine = opened.read(64).decode("ascii", "replace") == self.id
            except from_inside(OSError):
                mine = False
            if mine:
                remove(file)

    def tell_dropped(self):
        """What is in no graph, whatever disk and agent do."""
        drops = self.stream.drops()
        total = sum(drops.values())
        if total:
            parts = ", ".join("%s %s" % (format(count, ","), reason) for reason, count in sorted(drops.items()))
            line("%s log%s of %s %s not recorded: %s" % (
                format(total, ","), "" if total == 1 else "s", self.name(), "was" if total == 1 else "were", parts))  # fmt: skip

    def rank(self):
        """As the agent has found it, else as far as this process sees."""
        for rank in (self.control.get("rank"), self.options.get("rank"), _place.found()):
            if isinstance(rank, int):
                return rank
        return 0

    def directory(self):
        """The run's directory, once the agent has told it."""
        if self.control.get("runDir") is None:
            self.look()
        return self.control.get("runDir")

    def name(self):
        """What a person calls the run: its own name, else that of the experiment."""
        return self.options.get("runName") or self.experiment()

    def experiment(self):
        return self.options.get("experimentName") or os.environ.get("PROVLOOM_EXPERIMENT_NAME") or "experiment"
