import { describe, expect, it } from 'vitest'
import { expectWhole, ranks, site } from '../../support/site.ts'
import { oneWay } from './ways.ts'

/** Logs 2,000 points; in the middle the script does what it likes with the numbers of descriptors. */
const script = (meanwhile: string): string => `
import os, sys, time, provloom
provloom.start_run("www.example.org", "e")
def log(first, last):
    for step in range(first, last): provloom.log_metric("loss", step, step=step)
    # After its own record a descriptor is trusted for 50 us.
    until = time.time_ns() + 100_000
    while time.time_ns() < until: pass
def theirs(number):
    path = "theirs-%d" % number
    with open(path, "wb") as opened: opened.write(b"theirs")
    return path
log(0, 500)
${meanwhile}
log(1000, 2000)
ended = provloom.end_run()
for descriptor, path in files.items():
    with open(path, "rb") as opened: assert opened.read() == b"theirs", path
    assert os.path.samestat(os.fstat(descriptor), os.stat(path)), path
print(ended, len(files))
`

const flags = 'os.O_WRONLY, os.O_RDONLY, os.O_WRONLY | os.O_APPEND'

const opening = `
files = {}
def open_theirs():
    for flags in (${flags}):
        for _ in range(30):
            path = theirs(len(files))
            files[os.open(path, flags)] = path`

describe.each(oneWay)('a script under %s', (_way, startIt) => {
  it.each([
    [
      'closes the descriptors below 256, then all, and opens files',
      `${opening}
os.closerange(3, 256)
open_theirs()
log(500, 1000)
for descriptor in range(64, 65536): # theirs stay open
    if descriptor not in files:
        try: os.close(descriptor)
        except OSError: pass
open_theirs()`,
      180,
    ],
    [
      'puts its file under every number below 1,024 and every one that is open, and forks',
      `path = theirs(0)
descriptor = os.open(path, os.O_WRONLY)
numbers = {*range(1024), *map(int, os.listdir("/proc/self/fd"))} - {0, 1, 2}
files = {number: path for number in numbers}
for number in files: os.dup2(descriptor, number)
child = os.fork()
if child == 0:
    provloom.log_metric("child", 1, step=0)
    os._exit(0)
os.waitpid(child, 0)
log(500, 1000)`,
      1023,
    ],
  ])('that %s has them as they were, and all its points', async (_, meanwhile, least) => {
    const here = site()
    const result = await startIt(here, here.script('t.py', script(meanwhile))).ended
    expect(result.code, result.stderr).toBe(0)
    expect(Number(/^True (\d+)\n$/.exec(result.stdout)?.[1]), result.stdout).toBeGreaterThanOrEqual(least)
    await here.gone()
    const [run] = here.runs()
    expectWhole(run!, 2_000)
    expect(ranks(run!)).toEqual(['0 0 completed'])
    if (meanwhile.includes('fork'))
      expect(run!.graph.each(run!.graph.labelled('child'), 'rows')).toEqual(['1'])
  })
})
