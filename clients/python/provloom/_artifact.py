"""Files: kept as they are at the moment of the call, so that one overwritten later is still the one that was logged."""

import hashlib
import os
import stat

from . import _copy
from . import _limits as limits
from . import _ours
from ._context import context_name
from ._cut_in import from_inside
from ._listing import Folder, listed
from ._guard import harmless, session_for
from ._numbers import recorded_step
from ._paths import absolute, is_text, shown, text_of
from ._values import flag, name as name_of


def log_artifact(
    artifact_name,
    artifact_path=None,
    context=None,
    source=None,
    step=0,
    log_copy_in_prov_directory=True,
    log_copy_subdirectory=None,
    is_model=False,
    is_input=False,
):
    """Records a file, or a folder with all its files. ``log_artifact(path)`` alone names it by its file name.

    Files are cloned or copied in the call, as far as disk and time (5 s) go; what is not is hashed later where it is,
    and told when it has changed by then. A missing file is told and recorded as a problem.

    :param log_copy_in_prov_directory: keep a copy in the run's ``artifacts/``
    :param log_copy_subdirectory: folder under ``artifacts/`` for the copy
    :param is_model: it is a model
    :param is_input: the run used it; else the run made it
    """
    with harmless("log_artifact"):
        session = session_for("log_artifact")
        if session is None:
            return
        path = artifact_name if artifact_path is None else artifact_path
        label = None if artifact_path is None else artifact_name
        keep(session, "log_artifact", label, path, context, source, step,
             kind="model" if flag("log_artifact", "is_model", is_model) else "artifact",
             role="input" if flag("log_artifact", "is_input", is_input) else "output",
             copy=flag("log_artifact", "log_copy_in_prov_directory", log_copy_in_prov_directory, True),
             subfolder=log_copy_subdirectory)  # fmt: skip


def keep(session, call, label, path, context, source, step, kind, role, copy=True, subfolder=None, version=None, model=None,
         contributors=None):  # fmt: skip
    """Records the file or folder at ``path``, named by itself where there is no label."""
    path = absolute(session, call, path)
    if path is None:
        return
    name = name_of(label) or name_of(text_of(os.path.basename(path))) or "unnamed"
    facts = {
        "name": name,
        "kind": kind,
        "role": role,
        # Code is its rank's, wherever it is when its session begins.
        "context": None if kind == "script" else context_name(context),
        "source": name_of(source),
        "step": None if kind == "script" else _step(session, call, name, step),
        "subfolder": name_of(subfolder),
        "version": version,
        "model": model,
        "contributors": contributors,
    }
    try:
        found = os.stat(path)
    except from_inside(OSError) as error:
        session.problem("MISSING_FILE", "%s: %s cannot be recorded: %s: %s"
                        % (call, facts["name"], error.strerror, shown(path)), path)  # fmt: skip
        return
    own = _ours.around(path)
    if own is not None or (stat.S_ISREG(found.st_mode) and _ours.is_connection(path, found.st_size)):
        session.problem("OWN_FILES", "%s: %s is Provloom's own (%s): it is not recorded"
                        % (call, shown(path), own or "a connection file"), path)  # fmt: skip
    elif stat.S_ISDIR(found.st_mode):
        keeper = _Keeper(session, call, copy, facts)
        keeper.folder(path, found)
        keeper.close()
    elif stat.S_ISREG(found.st_mode):
        keeper = _Keeper(session, call, copy, facts)
        keeper.file(path)
        keeper.close()
    else:
        session.problem("NOT_A_FILE", "%s: %s is neither a file nor a folder" % (call, shown(path)), path)


def keep_script(session):
    """Records the file of the user's code as it is when its session begins: a training has it always, in git or not."""
    with harmless("start_run"):
        if session.script_file is not None:
            keep(session, "start_run", None, session.script_file, None, None, None, "script", "input")


def keep_made(session, spooled, facts):
    """Records a file that we made in the spool ourselves: it has no path, and its reader's umask says who may read it."""
    path = os.path.join(_copy.kept_folder(session), spooled)
    fields = _copy.measure(path, lambda: False)
    session.event("artifact", spooled=spooled, copy=True, mode=0o666, **dict(facts, **fields))  # fmt: skip


def _step(session, call, label, step):
    # The steps of events are integers that every language holds exactly.
    return recorded_step(session, call, label, step, -(2**53) + 1, 2**53 - 1)


class _Keeper:
    """The files of one call."""

    def __init__(self, session, call, copy, facts):
        self._session, self._call, self._copy, self._facts = session, call, copy, facts
        # Looked at once: a folder of many files must not list the copies for each of them.
        self._allowance = _copy.Allowance(session)

    def close(self):
        self._allowance.close()

    def file(self, path):
        try:
            fields = self._record(path, self._facts, _link_of(path))
        except from_inside(OSError, _copy.NotKept) as error:
            why = getattr(error, "strerror", None) or str(error)
            self._session.problem("FILE_NOT_KEPT", "%s: %s is recorded by its path only: %s"
                                  % (self._call, shown(path), why), path)  # fmt: skip
            self._by_path(path, self._facts, why)
        else:
            if "problem" in fields:
                self._session.problem("FILE_CHANGED", "%s: %s: %s" % (self._call, shown(path), fields["problem"]), path)

    def folder(self, path, found):
        """Each of its files, and at last the folder itself, which says what is not among them."""
        # What git keeps is no source code, and may hold passwords.
        without = ".git" if self._facts["kind"] == "source" else None
        folder = Folder(path, _ours.known_folders(self._session), without=without)
        size, hashes = 0, []
        for one in folder.found:
            relative = text_of(one.relative)
            facts = dict(self._facts, name=name_of(self._facts["name"] + "/" + relative))
            facts["depth"] = one.relative.count("/") + 1
            if one.empty:
                self._session.event("artifact", path=text_of(one.path), copy=False, size=0, mediaType="inode/directory", **facts)
                continue
            try:
                if _ours.is_connection(one.path, os.stat(one.path).st_size):
                    folder.own.append(one.relative)
                    continue
                fields = self._record(one.path, facts, one.link)
            except from_inside(FileNotFoundError):
                folder.leave_out("file gone since it was listed", one.relative)
                continue
            except from_inside(OSError, _copy.NotKept) as error:
                why = getattr(error, "strerror", None) or str(error)
                folder.leave_out("file that cannot be read: %s" % why, one.relative)
                self._by_path(one.path, facts, why)
                continue
            if "problem" in fields:
                folder.leave_out(fields["problem"], one.relative)
            size += fields["size"]
            hashes.append((relative, fields.get("sha256")))
        problem = self._tell(path, folder)
        whole = problem is None and all(one for _, one in hashes)
        self._session.event("artifact", path=text_of(path), copy=False, size=size, mediaType="inode/directory",
                            sha256=_digest(hashes) if whole else None, problem=problem, link=_link_of(path),
                            mode=stat.S_IMODE(found.st_mode) & 0o777, group=found.st_gid, **self._facts)  # fmt: skip

    def _tell(self, path, folder):
        if folder.own:
            self._session.problem("OWN_FILES", "%s: %s: Provloom's own files are left out: %s"
                                  % (self._call, shown(path), listed(folder.own)), path)  # fmt: skip
        told = folder.told()
        if told is not None:
            self._session.problem("FOLDER_INCOMPLETE", "%s: %s: not recorded, or not as it was: %s"
                                  % (self._call, shown(path), told), path)  # fmt: skip
        if folder.more or folder.files > limits.FOLDER_FILES_MAX:
            counted = "%s %d files; the first %d are recorded" % (
                "more than" if folder.more else "it has", folder.files, len(folder.found))  # fmt: skip
            self._session.problem("FOLDER_TOO_LARGE", "%s: %s: %s" % (self._call, shown(path), counted), path)
            told = counted if told is None else counted + "; " + told
        return told

    def _record(self, path, facts, link):
        """Records one file. Returns the fields of its event. Raises OSError and NotKept where it cannot be read."""
        fields, refused = _copy.take(self._session, path, self._copy, self._allowance)
        if refused is not None:
            self._session.problem("NOT_COPIED", "%s: %s is not copied in the call (%s; told once): the agent takes it from "
                                  "where it is, and tells when it has changed by then"
                                  % (self._call, shown(path), refused), refused)  # fmt: skip
        copy = self._copy
        if not is_text(path):
            fields.setdefault("problem", "its name is no UTF-8: the bytes of it are written as \\xNN")
            if "spooled" not in fields:
                fields.pop("mark", None)
                copy = False
        self._event(path, facts, link=link, copy=copy, **fields)
        return fields

    def _by_path(self, path, facts, problem):
        self._event(path, facts, copy=False, problem=problem)

    def _event(self, path, facts, **fields):
        self._session.event("artifact", path=text_of(path), **dict(facts, **fields))


def _link_of(path):
    """Where a link leads; None for what is none."""
    return text_of(os.path.realpath(path)) if os.path.islink(path) else None


def _digest(hashes):
    """Of a folder: of the lines that ``sha256sum`` prints of its files, sorted by the bytes of their names."""
    lines = []
    for name, digest in sorted(hashes, key=lambda one: one[0].encode("utf-8", "surrogatepass")):
        plain = name.replace("\\", "\\\\").replace("\n", "\\n")
        lines.append("%s%s  %s\n" % ("" if plain == name else "\\", digest, plain))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
