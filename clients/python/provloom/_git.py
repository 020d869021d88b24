"""What git says of a folder: commit, branch, remote, changes; and where it does not say it, why."""

import os
import time

from . import _limits as limits
from . import _ours
from ._cut_in import from_inside
from ._secrets import first_told, without_credentials
from ._values import first_bytes, name as name_of

#: Where git is to look instead of in the folder: whoever set them, a hook say, did not mean our question.
_PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE",
           "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_PREFIX")  # fmt: skip
_ABSENT = "git is not installed, or not on the PATH"
#: How a person wants to read a difference, or to write a path: they win over every option.
_TASTES = ("GIT_DIFF_OPTS", "GIT_EXTERNAL_DIFF", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS",
           "GIT_ICASE_PATHSPECS")  # fmt: skip
#: Settings that a repository or a person may have and that would change an answer. A repository may name a program of its own
#: for core.fsmonitor. The agent has the same: what two processes say of one work tree is compared.
_SETTINGS = (
    "core.fsmonitor=false", "core.quotePath=true", "diff.algorithm=myers", "diff.context=3", "diff.dstPrefix=b/",
    "diff.indentHeuristic=true", "diff.interHunkContext=0", "diff.mnemonicPrefix=false", "diff.noprefix=false",
    "diff.orderFile=/dev/null", "diff.relative=false", "diff.renameLimit=1000", "diff.renames=true", "diff.srcPrefix=a/",
    "diff.submodule=short", "diff.suppressBlankEmpty=false", "status.renames=false",
)  # fmt: skip
_STATUS = ("status", "--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=none")
_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/", "--dst-prefix=b/", "-U3",
         "--ignore-submodules=dirty", "--binary", "HEAD")  # fmt: skip


def facts_of(folder, known):
    """Fields of the event `source`; ``problem`` says why there is no commit, or what else is not known.

    :param known: folders that are ours, see ``_ours.known_folders``: what lies in them changes nothing
    """
    git, root = _repository(folder)
    if root is None:
        return {"problem": _not_held(folder) if git.trouble == _ABSENT and not _has_git_above(folder) else git.trouble}
    facts = {
        "commit": git.line("rev-parse", "--verify", "-q", "HEAD^{commit}"),
        "branch": name_of(git.line("symbolic-ref", "--short", "-q", "HEAD")),
    }
    if facts["commit"] is None:
        facts["problem"] = git.trouble or (
            "the repository %s has no commit yet" % root if facts["branch"] else "HEAD of %s names no commit" % root
        )
    facts["remote"] = _remote(git)
    facts["dirty"], others = _changes(git, root, known)
    if facts["dirty"] and facts["commit"] is not None:
        facts["diffSha256"] = git.digest(*_DIFF, *others)
    if git.trouble is not None and "problem" not in facts:
        facts["problem"] = "not all is known of the changes: %s" % git.trouble
    return facts


def _repository(folder):
    """Git at the folder, and the work tree that holds it; None, and git's trouble says why."""
    git = _Git(folder, _PLACES)
    root = git.line("rev-parse", "--show-toplevel")
    if root is None and os.environ.get("GIT_DIR") and os.environ.get("GIT_WORK_TREE"):
        # A work tree apart from its repository is found by the environment alone.
        other = _Git(folder, ())
        found = other.line("rev-parse", "--show-toplevel")
        if found is not None and _is_in(os.path.realpath(folder), os.path.realpath(found)):
            return other, found
    if root is None and git.trouble is None:
        git.trouble = "git does not say what the work tree of %s is" % folder
    return git, root


def is_unversioned(folder, problem):
    """Whether there is no commit because no repository holds the folder: then nothing is amiss."""
    return problem == _not_held(folder)


def _not_held(folder):
    return "no git repository holds %s" % folder


def _has_git_above(folder):
    above = os.path.dirname(folder)
    return os.path.lexists(os.path.join(folder, ".git")) or (above != folder and _has_git_above(above))


def _is_in(path, folder):
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _remote(git):
    found = git.line("config", "--get", "remote.origin.url")
    if found is None:
        names = git.line("remote")
        found = git.line("config", "--get", "remote.%s.url" % names) if names else None
    return without_credentials(found) if found else None


def _changes(git, root, known):
    """Whether a person has changed something, and the words that keep what is ours out of git's sight."""
    found = git.output(*_STATUS)
    if not found:
        return (None if found is None else False), ()
    entries = [os.fsdecode(one[3:]) for one in found.split(b"\0") if one[2:3] == b" "]
    own = _ours.own_below(root, entries, known)
    if not own:
        return True, ()
    others = ("--", ":/") + tuple(":(top,exclude,literal)" + one for one in own)
    found = git.output(*_STATUS, *others)
    return (None if found is None else found != b""), others


class _Git:
    """Questions to git in one folder, all of them within one time limit. ``trouble``: the first that had no answer."""

    def __init__(self, folder, without):
        self._folder = folder
        self._until = time.monotonic() + limits.GIT_MS / 1000
        unwanted = without + _TASTES
        environment = {name: value for name, value in os.environ.items() if name not in unwanted}
        self._environment = dict(environment, GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0", LC_ALL="C", LANGUAGE="C")
        settings = tuple(word for one in _SETTINGS for word in ("-c", one))
        self._command = ("git",) + settings + ("-C", folder)
        self.trouble = None

    def output(self, *words):
        """An answer, b"" for one without words; None where there is none."""
        import subprocess

        left = self._until - time.monotonic()
        if left <= 0:
            return self._no(_slow())
        try:
            done = subprocess.run(
                self._command + words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                timeout=left, env=self._environment,
            )  # fmt: skip
        except from_inside(subprocess.TimeoutExpired):
            return self._no(_slow())
        except from_inside(FileNotFoundError):
            return self._no(_ABSENT)
        except from_inside(OSError, ValueError) as error:
            return self._no("git cannot be started: %s" % error)
        # 1 without a word is git's way to say no.
        if done.returncode > 1 or done.stderr.startswith(b"fatal"):
            return self._no(why(self._folder, done.stderr))
        return done.stdout if done.returncode == 0 else None

    def line(self, *words):
        output = self.output(*words)
        text = output.decode("utf-8", "replace").strip() if output else ""
        return text.split("\n", 1)[0] or None

    def digest(self, *words):
        """The sha256 of an answer of any length, in bounded memory."""
        import hashlib
        import subprocess
        from select import select

        try:
            asked = subprocess.Popen(
                self._command + words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=self._environment,
            )  # fmt: skip
        except from_inside(OSError, ValueError):
            return None
        digest = hashlib.sha256()
        with asked:
            while True:
                left = self._until - time.monotonic()
                if left <= 0 or not select([asked.stdout], (), (), left)[0]:
                    asked.kill()
                    return self._no(_slow())
                block = os.read(asked.stdout.fileno(), 1 << 20)
                if not block:
                    break
                digest.update(block)
        return digest.hexdigest() if asked.returncode == 0 else None

    def _no(self, trouble):
        self.trouble = self.trouble or trouble


def why(folder, errors):
    """Git's refusal in words that say what to do."""
    text = first_bytes(errors.decode("utf-8", "replace"), 10_000)
    if "safe.directory" in text:
        return "git does not read the repository of %s, for it belongs to another user; allow it with: " \
            "git config --global --add safe.directory <that folder>" % folder  # fmt: skip
    if "not a git repository" in text:
        return _not_held(folder)
    if "must be run in a work tree" in text:
        return "%s is in a git repository without a work tree" % folder
    first = text.strip().split("\n", 1)[0]
    return "git: %s" % (first_told(first, 300) or "no answer")


def _slow():
    return "git took more than %d s" % (limits.GIT_MS // 1000)
