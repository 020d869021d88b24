/**
 * What a run goes on from besides its journal: the graph's snapshot and the metric store's state, each a file; and both in
 * one file, where a closed run may be reopened (`.reopening`, a checked file of format 3: snapshot's bytes · store's bytes).
 */
import { filesOf } from '@provloom/rundir'
import { checkedBytes, readChecked } from '@provloom/rundir/internal'
import { readStore, storeBytes } from '@provloom/rundir/series'
import type { StoreState } from '@provloom/rundir/series'
import { ProvloomError, writeDurably } from '@provloom/shared'
import type { Files } from '@provloom/shared'
import { readSnapshot, snapshotBytes } from '../journal/snapshot.ts'
import type { Snapshot } from '../journal/snapshot.ts'

export interface KeptState {
  readonly snapshot: Snapshot | undefined
  readonly store: StoreState | undefined
}

const reopeningFormat = 3

/** Snapshot first: the graph is never behind the store, whatever comes between the two. */
export async function keepState(
  files: Files,
  runDir: string,
  snapshot: Snapshot,
  store: StoreState,
): Promise<void> {
  const at = filesOf(runDir)
  await writeDurably(files, at.snapshot, snapshotBytes(snapshot))
  await writeDurably(files, at.store, storeBytes(store))
}

/** @throws {ProvloomError} `LOG_UNREADABLE` for one that is damaged; the system's error */
export function readState(runDir: string): KeptState {
  const at = filesOf(runDir)
  const snapshot = readSnapshot(at.snapshot)
  if (snapshot.kind === 'bad') throw unreadable(at.snapshot, snapshot.reason)
  const store = readStore(at.store)
  if (store.kind === 'bad') throw unreadable(at.store, store.reason)
  // The journal before it is gone.
  if (snapshot.kind === 'none' && store.kind === 'read') throw unreadable(at.snapshot, 'it is missing')
  return {
    snapshot: snapshot.kind === 'read' ? snapshot.content : undefined,
    store: store.kind === 'read' ? store.content : undefined,
  }
}

export async function keepForReopening(
  files: Files,
  runDir: string,
  snapshot: Snapshot,
  store: StoreState,
): Promise<void> {
  const fields = [Buffer.concat(snapshotBytes(snapshot)), Buffer.concat(storeBytes(store))]
  await writeDurably(files, filesOf(runDir).reopening, checkedBytes(reopeningFormat, fields))
}

/**
 * A run that is reopened begins with what closing has kept; so does one whose reopening was cut off before it had that.
 *
 * @throws {ProvloomError} `LOG_UNREADABLE` when it is damaged; the system's error
 */
export async function takeKept(files: Files, runDir: string): Promise<void> {
  const { snapshot, store, reopening } = filesOf(runDir)
  if (files.exists(snapshot)) return
  const kept = readChecked(reopening, reopeningFormat, ([one, other]) =>
    one instanceof Uint8Array && other instanceof Uint8Array ? ([one, other] as const) : undefined,
  )
  if (kept.kind === 'none') return
  if (kept.kind === 'bad') throw unreadable(reopening, kept.reason)
  // The snapshot last: with it all is there.
  await writeDurably(files, store, [kept.content[1]])
  await writeDurably(files, snapshot, [kept.content[0]])
}

export function unreadable(file: string, reason: string): ProvloomError {
  return new ProvloomError('LOG_UNREADABLE', `Could not go on with a run: ${file}: ${reason}`, {
    doing: 'read the snapshot of a run',
    to: file,
    hint: 'The run directory and its journal are left as they are.',
  })
}
