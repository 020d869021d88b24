import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import type { RunEvent } from '@provloom/reader'
import { limits } from '@provloom/shared'
import { folder, makeRun } from './support/runs.ts'

const typed = (type: string): object => ({ $: type, type: 'prov:QUALIFIED_NAME' })
const at = (second: number): string =>
  new Date(Date.parse('2026-11-26T20:00:00Z') + second * 1e3).toISOString()

/** A run that has ended, of rank 0, which saved so many files, one a second. */
async function ended(files: number, status: 'completed' | 'running' = 'completed'): Promise<string> {
  const saveDir = folder()
  await makeRun(saveDir, { name: 'digits_0', second: 0, status })
  const made = Array.from({ length: files }, (_, i) => i)
  const document = {
    prefix: {
      provloom: 'urn:uuid:db988eb8-9eb2-45e0-8e18-e084e473b9df#',
      run: 'http://www.example.org/runs/digits_0/',
    },
    activity: {
      'run:rank-0': {
        'prov:startTime': at(0),
        'prov:endTime': at(files + 1),
        'prov:type': typed('provloom:RankExecution'),
        'provloom:globalRank': 0,
      },
    },
    entity: Object.fromEntries(
      made.map((i) => [
        `run:file.${i}`,
        { 'prov:label': `model_${i}`, 'prov:type': typed('provloom:File'), 'provloom:step': i },
      ]),
    ),
    wasGeneratedBy: Object.fromEntries(
      made.map((i) => [
        `_:g${i}`,
        { 'prov:entity': `run:file.${i}`, 'prov:activity': 'run:rank-0', 'prov:time': at(i + 1) },
      ]),
    ),
  }
  fs.writeFileSync(path.join(saveDir, 'digits_0/prov.json'), JSON.stringify(document))
  return saveDir
}

const texts = (events: readonly RunEvent[] = []): string[] => events.map(({ text }) => text)

describe('events of a run whose journal is gone', () => {
  it('are told from its graph, once', async () => {
    const reader = openReader(await ended(2))
    const { events, cursor, ended: isEnded } = await reader.changes(undefined, { events: true })
    expect(isEnded).toBe(true)
    expect(texts(events)).toEqual([
      'the run began',
      'began on n00',
      'saved model_0 at step 0',
      'saved model_1 at step 1',
      'has ended',
      'the run has ended',
    ])
    expect(events?.[2]).toEqual({ time: at(1), rank: 0, kind: 'file', text: 'saved model_0 at step 0' })
    expect((await reader.changes(undefined, { events: true, since: cursor })).events).toBeUndefined()
  })

  it('are told from where somebody was who followed it', async () => {
    const reader = openReader(await ended(3))
    const since = Buffer.from(JSON.stringify([3, 0, 'alive', {}, '', Date.parse(at(2))])).toString(
      'base64url',
    )
    const { events } = await reader.changes(undefined, { events: true, since })
    expect(texts(events)).toEqual(['saved model_2 at step 2', 'has ended', 'the run has ended'])
  })

  it('are told of one that goes on too, as far as its journal is gone', async () => {
    const reader = openReader(await ended(1, 'running'))
    const { events, cursor } = await reader.changes(undefined, { events: true })
    expect(texts(events)).toEqual(['the run began', 'began on n00', 'saved model_0 at step 0', 'has ended'])
    expect((await reader.changes(undefined, { events: true, since: cursor })).events).toBeUndefined()
  })

  it('are no more than eventsOfEndedMax, the last ones', async () => {
    const reader = openReader(await ended(limits.eventsOfEndedMax))
    const { events = [] } = await reader.changes(undefined, { events: true })
    expect(events).toHaveLength(limits.eventsOfEndedMax)
    expect(texts(events.slice(-2))).toEqual(['has ended', 'the run has ended'])
    expect(texts(events.slice(0, 1))).toEqual(['saved model_2 at step 2'])
  })
})
