import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { bin, folder, repository } from '../../support/cli.ts'
import { enduring, seldom } from '../../support/effort.ts'
import {
  crateJudges,
  hasGit,
  hasJudges,
  hasMpi4py,
  hasTorch,
  judgePython,
  named,
} from '../../support/needs.ts'
import { site } from '../../support/site.ts'
import type { Site } from '../../support/site.ts'
import { expectCrates } from './crates.ts'
import { lie, lies, wordsOf } from './lies.ts'
import { cloned } from './project.ts'
import { demo, failed, killed, mpi, torch } from './runs.ts'
import type { Kind } from './runs.ts'

/** What the judge says. */
interface Verdict {
  readonly judged: Readonly<Record<string, number>>
  readonly unjudged: readonly string[]
  readonly untrue: readonly string[]
}

/** What no program but ours knows, and what is judged by other names. */
const ours = new Set(
  [
    'cause clockOffsetUs clockUncertaintyUs client covers device electedRank format jobId journalPosition ledgerClosed notMeasured otherEnergy',
    'packagesSha256 recoveredAt shared unit',
    // Where a machine has no counters: why.
    'devices kind reason unknownDevices',
    // As `exitCode and signal`; and variables that differ by rank.
    'exitCode globalRank signal variableOfRank',
  ].flatMap((names) => names.split(' ').map((name) => `provloom:${name}`)),
)

/** What is known of a run when it is over. */
type Asked = Omit<Kind, 'train'> & { readonly runDir: string }

async function trained(here: Site, kind: Kind): Promise<Asked> {
  cloned(here)
  const notes = folder()
  const began = Date.now() / 1000
  await kind.train(here, notes)
  const [run, ...more] = here.runs()
  expect(more).toEqual([])
  const { train: _, argv, ...known } = kind
  const seen = { runDir: run!.runDir, work: here.dir, notes, began, ended: Date.now() / 1000 }
  const programs = {
    interpreter: argv[0],
    provloom: bin,
    pythonPath: path.join(repository, 'clients/python'),
  }
  return { ...known, ...seen, ...programs, argv: argv.map((word) => (word === 'NOTES' ? notes : word)) }
}

function judged(asked: Asked): Verdict {
  const { status, stdout, stderr } = spawnSync(judgePython!, [path.join(import.meta.dirname, 'judge')], {
    input: JSON.stringify(asked),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout) as Verdict
}

/** Each is found, all told at once. */
function expectLiesFound(asked: Asked): void {
  lie(path.join(asked.runDir, 'prov.json'))
  const { untrue } = judged(asked)
  for (const attribute of Object.keys(lies))
    expect(untrue.join('\n'), attribute).toContain(wordsOf(attribute))
}

const cases: readonly (readonly [string, Kind, boolean, string])[] = [
  ['that a rank of failed', failed, true, ''],
  ['that was killed whole and recovered', killed, true, ''],
  ...seldom(
    ['of the demo', demo, true, ''] as const,
    ['of torchrun', torch, hasTorch, 'needs python3-torch'] as const,
    ['of mpirun', mpi, hasMpi4py, 'needs openmpi-bin and python3-mpi4py'] as const,
  ),
]

describe.skipIf(!hasJudges || !hasGit)(
  named(
    'what prov.json says of a run',
    hasJudges && hasGit,
    'needs git and PROVLOOM_TEST_PYTHON with test/support/judges.txt',
  ),
  () => {
    for (const [name, kind, has, needs] of cases)
      it.skipIf(!has)(named(`${name} is what other programs find`, has, needs), async () => {
        const asked = await trained(site({ PROVLOOM_NO_MACHINE: '' }), kind)
        const verdict = judged(asked)
        const claims = Object.values(verdict.judged).reduce((sum, count) => sum + count, 0)
        console.log(`${name}: ${claims} claims of ${Object.keys(verdict.judged).length} kinds judged`)
        expect(verdict.untrue).toEqual([])
        expect(verdict.unjudged.filter((one) => !ours.has(one) && !kind.unnoted.includes(one))).toEqual([])
        if (enduring && crateJudges !== undefined) await expectCrates(asked.runDir)
        if (kind === failed) expectLiesFound(asked)
      })
  },
)
