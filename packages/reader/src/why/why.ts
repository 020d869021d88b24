import { signalOf } from '@provloom/graph/stop'
import { shellWord } from '@provloom/shared'
import type { Unread } from '../answer/error.ts'
import type { Finding, FindingCode, WhyAnswer } from '../answer/why.ts'
import { aliveFindings } from './alive.ts'
import { differFindings } from './differ.ts'
import type { WhyFacts } from './facts.ts'
import { nanFindings } from './nan.ts'
import { paceUnknown } from './pace-unknown.ts'
import { slowFindings } from './slow.ts'
import { endsOf } from './ends.ts'
import { endFindings, firstOf } from './stopped.ts'
import { stepsMin } from './limits.ts'
import { verdictOf } from './verdict.ts'
import { waitingFindings } from './waiting.ts'
import { counted, rankWords } from './words.ts'

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
  // Of one of several nothing is known of the others.
  const isAlone = facts.ranks.length < 2 && facts.notRecorded !== undefined
  const paced =
    pace !== undefined && pace.kind !== 'interval' && pace.steps.length >= stepsMin && pace.ranks.length > 1
  return [
    ...is('memory', 'OUT_OF_MEMORY'),
    ...is('disk', 'DISK_FULL'),
    ...(facts.ranks.some((rank) => signalOf(rank) !== undefined)
      ? []
      : is('signals', 'RANK_KILLED', 'RANK_CRASHED', 'ENDED_FROM_OUTSIDE')),
    ...is('lost ranks', 'RANK_LOST', 'HOST_LOST'),
    ...(facts.worldSize === undefined ? [] : is('absent ranks', 'RANKS_ABSENT')),
    ...(lacks.size > 0 ? [] : is('NaN and infinity', 'NAN_FIRST_SEEN', 'INFINITY_FIRST_SEEN')),
    ...(paced ? is('slow ranks', 'RANK_SLOW', 'HOST_SLOW', 'DEVICE_SLOW', 'PACES_DIFFER') : []),
    ...(lacks.has('graph') || isAlone ? [] : is('ranks that differ', 'RANKS_DIFFER')),
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
  if (!lacks.has('points')) said.push(...paceUnknown(facts, findings))
  if (facts.notRecorded !== undefined) said.push(notRecordedWords(facts))
  if (facts.nanMore > 0)
    said.push(
      `whether NaN or infinity was seen elsewhere before: ${counted(facts.nanMore, 'further metric')} that ${facts.nanMore === 1 ? 'holds' : 'hold'} such values ${facts.nanMore === 1 ? 'was' : 'were'} not looked through`,
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

/** `ranks 1-2 of 3: not recorded` */
function notRecordedWords({ ranks, absent, worldSize, notRecorded = 0 }: WhyFacts): string {
  const cure = 'not recorded (provloom run --collect-all-processes)'
  if (worldSize === undefined) return `the other ${counted(notRecorded, 'rank')}: ${cure}`
  const known = new Set([...ranks.map(({ rank }) => rank), ...absent])
  const others = Array.from({ length: worldSize }, (_, rank) => rank).filter((rank) => !known.has(rank))
  return `${rankWords(others)} of ${worldSize}: ${cure}`
}
