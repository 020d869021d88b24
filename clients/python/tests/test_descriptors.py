"""A script may close, replace and reuse any descriptor: nothing of ours goes into its files, and nothing is lost."""

import os
import unittest

from support import SpoolCase

HEAD = """
import os, sys, time, provloom
FOLDER = os.environ["FOLDER"]
run = provloom.start_run("www.example.org", "digits")
logged = 0
def log(count):
    global logged
    for _ in range(count):
        provloom.log_metric("m", float(logged), step=logged)
        logged += 1
    provloom.log_param("p%d" % logged, logged)
    # After its own record a descriptor is trusted for 50 us.
    until = time.time_ns() + 100_000
    while time.time_ns() < until: pass
def ours():
    found = []
    for one in os.listdir("/proc/self/fd"):
        try:
            if "/sessions/" in os.readlink("/proc/self/fd/" + one): found.append(int(one))
        except OSError: pass
    return sorted(found)
def foreign(count, flags):
    files = {}
    for number in range(count):
        path = "%s/f%d-%d" % (FOLDER, flags, number)
        with open(path, "wb") as opened: opened.write(b"theirs")
        files[os.open(path, flags)] = path
    return files
def untouched(files):
    for descriptor, path in files.items():
        assert os.path.samestat(os.fstat(descriptor), os.stat(path)), path
        with open(path, "rb") as opened: assert opened.read() == b"theirs", path
log(500)
"""


class Descriptors(SpoolCase):
    def play(self, program, **more):
        folder = os.path.join(self.spool, "theirs")
        os.makedirs(folder, exist_ok=True)
        output, errors = self.run_program(HEAD + program, FOLDER=folder, **more)
        self.assertEqual(errors, "")
        session = self.sessions()[-1]
        (end,) = self.events("session.end", session)
        self.assertEqual((end["status"], self.dropped()), ("completed", {}))
        self.assertEqual([one["step"] for _, one in self.points("m", session)], list(range(2000)))
        self.assertEqual(len(self.events("param", session)), 4)
        return output

    def test_they_are_numbers_that_closerange_of_the_usual_ones_does_not_reach(self):
        output = self.play(
            """
import resource
print(min(ours()) >= min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 4096) * 15 // 16)
before = ours()
os.closerange(3, 256)
print(ours() == before)
for _ in range(3): log(500)
"""
        )
        self.assertEqual(output, "True\nTrue\n")

    def test_when_all_are_closed_and_others_opened_the_same_segment_is_opened_again(self):
        for flags in ("os.O_WRONLY", "os.O_RDONLY", "os.O_WRONLY | os.O_APPEND", "os.O_RDWR"):
            self.play(
                """
os.closerange(3, 65536)
files = foreign(50, FLAGS)
for _ in range(3): log(500)
untouched(files)
provloom.end_run()
untouched(files)
""".replace("FLAGS", flags)
            )
            self.assertEqual(len(self.streams(self.sessions()[-1])), 1)
            self.assertEqual(len(os.listdir(os.path.join(self.sessions()[-1], "streams", *self.streams(self.sessions()[-1])))), 1)

    def test_when_the_kernel_gives_our_numbers_to_the_script_its_files_stay_its_own(self):
        for flags in ("os.O_WRONLY", "os.O_RDONLY", "os.O_WRONLY | os.O_APPEND"):
            self.play(
                """
stolen = ours()
os.closerange(3, 65536)
files = {}
for number, path in enumerate(foreign(len(stolen), FLAGS).values()):
    descriptor = os.open(path, FLAGS)
    os.dup2(descriptor, stolen[number])
    files[stolen[number]] = path
for _ in range(3): log(500)
untouched(files)
provloom.end_run()
untouched(files)
""".replace("FLAGS", flags)
            )

    def test_one_that_is_closed_in_the_moment_in_which_it_is_trusted_loses_no_record(self):
        self.play(
            """
import provloom._limits as limits
limits.TRUSTED_US = 10**12
for _ in range(3):
    os.closerange(3, 65536)
    provloom.log_param("p%d" % _, 1)
    for _ in range(500):
        provloom.log_metric("m", float(logged), step=logged)
        logged += 1
"""
        )

    def test_a_pipe_and_a_socket_under_our_numbers_get_nothing(self):
        self.play(
            """
import select, socket
stolen = ours()
read, write = os.pipe()
for one in stolen: os.dup2(write, one)
for _ in range(2): log(500)
mine, yours = socket.socketpair()
for one in ours(): os.dup2(mine.fileno(), one)
log(500)
provloom.end_run()
print(select.select([read, yours], [], [], 0)[0], [os.fstat(one).st_ino == os.fstat(write).st_ino for one in stolen])
"""
        )

    def test_dup2_over_all_numbers_and_a_fork_after_it(self):
        output = self.play(
            """
spare = [os.dup(0), os.dup(1), os.dup(2)]
for one in spare: os.set_inheritable(one, True)
path = FOLDER + "/over"
with open(path, "wb") as opened: opened.write(b"theirs")
descriptor = os.open(path, os.O_WRONLY)
keep = {0, 1, 2, descriptor, *spare}
for number in list(range(1024)) + ours():
    if number not in keep: os.dup2(descriptor, number)
log(500)
if os.fork() == 0:
    provloom.log_metric("child", 1.0)
    os._exit(0)
os.wait()
for _ in range(2): log(500)
provloom.end_run()
with open(path, "rb") as opened: assert opened.read() == b"theirs"
for number in range(1024):
    if number not in keep: assert os.fstat(number).st_ino == os.fstat(descriptor).st_ino
"""
        )
        self.assertEqual([one["value"] for _, one in self.points("child")], [1.0])

    def test_a_low_limit_of_descriptors_is_enough(self):
        self.play(
            """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
os.closerange(3, 65536)
files = foreign(30, os.O_WRONLY)
for _ in range(3): log(500)
untouched(files)
"""
        )

    def test_a_child_does_not_close_what_has_taken_the_numbers_of_its_parent(self):
        output = self.play(
            """
stolen = ours()
for one in stolen: os.close(one)
path = FOLDER + "/taken"
with open(path, "wb") as opened: opened.write(b"theirs")
descriptor = os.open(path, os.O_WRONLY)
for one in stolen: os.dup2(descriptor, one)
if os.fork() == 0:
    provloom.log_metric("child", 1.0)
    print(all(os.fstat(one).st_ino == os.fstat(descriptor).st_ino for one in stolen), open(path).read(), flush=True)
    os._exit(0)
os.wait()
for _ in range(3): log(500)
"""
        )
        self.assertEqual(output, "True theirs\n")

    def test_a_file_of_ours_that_somebody_cut_is_left_and_the_next_segment_begun(self):
        self.run_program(
            HEAD
            + """
(segment,) = [os.readlink("/proc/self/fd/%d" % one) for one in ours() if os.readlink("/proc/self/fd/%d" % one).endswith(".seg")]
os.closerange(3, 65536)
os.truncate(segment, 1000)
log(100)
""",
            FOLDER=self.spool,
        )
        (stream,) = os.listdir(os.path.join(self.session(), "streams"))
        folder = os.path.join(self.session(), "streams", stream)
        names = sorted(os.listdir(folder))
        # start, series, 500 points and a param
        self.assertEqual(names, ["%020d.seg" % 0, "%020d.seg" % 503])
        self.assertEqual(os.path.getsize(os.path.join(folder, names[0])), 1000)
        # the series again, 100 points, a param and the end
        self.assertEqual(self.ledgers()[stream]["next"], 503 + 103)


if __name__ == "__main__":
    unittest.main()
