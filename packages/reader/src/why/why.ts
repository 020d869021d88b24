import { signalOf } from '@provloom/graph/stop'
import { shellWord } from '@provloom/shared'
import type { Unread } from '../answer/error.ts'
import type { Finding, FindingCode, WhyAnswer } from '../answer/why.ts'
import { aliveFindings } from './alive.ts'
import { differFindings } from './differ.ts'
import type { WhyFacts } from './facts.ts'
import { nanFindings } from './nan.ts'
import { laggards } from './pace.ts'
import { hostsOf, slowFindings } from './slow.ts'
import { endFindings, endsOf, firstOf } from './stopped.ts'
import { stepsMin } from './limits.ts'
import { verdictOf } from './verdict.ts'
import { waitingFindings } from './waiting.ts'
import { rankWords } from './words.ts'

/** What happened to a run, what stands out, and how that is known: a function of the facts. */
export function whyOf(facts: WhyFacts): WhyAnswer {
  const ends = endsOf(facts)
  const first = firstOf(ends)
  const slow = slowFindings(facts)
  const findings = inOrder([
    ...endFindings(facts, ends),
    ...aliveFindings(facts, ends),
    ...nanFindings(facts),
    ...slow,
    // Who waits for a slow rank waits for it, and not for nothing.
    ...waitingFindings(facts),
    ...differFindings(facts),
  ])
  const { run, status, stored, sent, model } = facts
  return {
    run,
    status,
    verdict: verdictOf(facts, ends, findings),
    ...(first === undefined ? {} : { first }),
    findings,
    notIt: notIt(facts, findings),
    unknown: unknown(facts, findings),
    unread: facts.unread,
    ...(facts.notRecorded === undefined ? {} : { notRecorded: facts.notRecorded }),
    kept: { stored, sent, ...(model === undefined ? {} : { model }) },
  }
}

const gravity = { error: 0, warning: 1, note: 2 } as const

function inOrder(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => gravity[a.level] - gravity[b.level])
}

function lacking({ unread }: WhyFacts): Set<Unread['of']> {
  return new Set(unread.map(({ of }) => of))
}

/** What was looked for and not found. */
function notIt(facts: WhyFacts, findings: readonly Finding[]): string[] {
  const found = new Set(findings.map(({ code }) => code))
  const is = (words: string, ...codes: readonly FindingCode[]): string[] =>
    codes.some((code) => found.has(code)) ? [] : [words]
  const { pace } = facts
  const lacks = lacking(facts)
  const paced =
    pace !== undefined &&
    pace.kind !== 'interval' &&
    pace.kind !== 'apart' &&
    pace.steps.length >= stepsMin &&
    pace.ranks.length > 1
  return [
    ...is('memory', 'OUT_OF_MEMORY'),
    ...is('disk', 'DISK_FULL'),
    ...(facts.ranks.some((rank) => signalOf(rank) !== undefined)
      ? []
      : is('signals', 'RANK_KILLED', 'RANK_CRASHED', 'ENDED_FROM_OUTSIDE')),
    ...is('lost ranks', 'RANK_LOST', 'HOST_LOST'),
    ...(facts.worldSize === undefined ? [] : is('absent ranks', 'RANKS_ABSENT')),
    ...(lacks.size > 0 ? [] : is('NaN', 'NAN_FIRST_SEEN', 'INFINITY_FIRST_SEEN')),
    ...(paced ? is('slow ranks', 'RANK_SLOW', 'HOST_SLOW', 'DEVICE_SLOW') : []),
    ...(lacks.has('graph') ? [] : is('ranks that differ', 'RANKS_DIFFER')),
  ]
}

/** What cannot be known, and what to do about it. */
function unknown(facts: WhyFacts, findings: readonly Finding[]): string[] {
  const { ranks, worldSize } = facts
  const lacks = lacking(facts)
  const { directory, life } = facts
  const isLeft = life?.state === 'gone' || life?.state === 'silent'
  const said: string[] = [
    ...(isLeft && directory !== undefined
      ? [`how it ended: provloom recover ${shellWord(directory)} brings in what is left of it, and ends it`]
      : []),
    ...(lacks.has('graph') ? ['errors, clocks and what ranks differ in: the graph cannot be read'] : []),
    ...(lacks.has('points') ? ['who is slow, and where NaN was seen: points cannot be read'] : []),
  ]
  if (!lacks.has('points')) said.push(...slowUnknown(facts, findings))
  if (facts.notRecorded !== undefined)
    said.push(
      `${facts.notRecorded} of ${worldSize} ranks, and whether this one is slow beside them: they were not recorded (provloom run --collect-all-processes)`.replace(
        'this one is',
        ranks.length === 1 ? 'this one is' : 'these are',
      ),
    )
  if (worldSize === undefined && ranks.length > 0)
    said.push('whether ranks are missing: nobody said how many there should be')
  const killed = findings.find(({ code }) => code === 'RANK_KILLED')
  const rank = ranks.find((one) => one.rank === killed?.ranks[0])
  if (rank !== undefined)
    said.push(
      rank.memoryShare === undefined
        ? `who killed it: the kernel does so when memory runs out; how full ${rank.host} was is not recorded`
        : `who killed it: not the lack of memory of ${rank.host} as far as was seen (${Math.round(rank.memoryShare * 100)} % in use)`,
    )
  return said
}

const slowCodes: ReadonlySet<string> = new Set(['RANK_SLOW', 'HOST_SLOW', 'DEVICE_SLOW'])

/** Why nobody can say who is slow, and what to log or to ask. */
function slowUnknown(facts: WhyFacts, findings: readonly Finding[]): string[] {
  const { pace, ranks, paceLike } = facts
  if (ranks.length < 2 || findings.some(({ code }) => slowCodes.has(code))) return []
  const named =
    paceLike === undefined ? '' : `, or say which metric tells it: --pace-metric ${shellWord(paceLike)}`
  const cure = `log compute time (provloom.step()) to see who makes the others wait${named}`
  if (pace === undefined) return ['who is slow: no metric is logged step by step']
  if (pace.ranks.length < 2) return [`who is slow: only ${rankWords(pace.ranks)} logs step by step`]
  switch (pace.kind) {
    case 'interval':
      return [
        `who is slow: all take the same time from log to log, as where they wait for each other; ${cure}`,
      ]
    case 'apart':
      return [
        `who is slow: ranks do not wait for each other, and none stands alone as slower than the others by far; ${cure}`,
      ]
    case 'arrival':
      if (pace.steps.length < stepsMin) break
      return laggards(pace, hostsOf(facts)).length > 0
        ? []
        : [
            `who is slow: none logs later than the others, as it is where ranks run in lockstep and log behind that; ${cure}`,
          ]
    case 'named':
    case 'compute':
      break
  }
  return pace.steps.length < stepsMin ? [`who is slow: ${pace.steps.length} steps are too few`] : []
}
