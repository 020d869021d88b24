import type { HeadFile } from '@provloom/rundir'
import type { LineageFound } from '../answer/lineage.ts'
import type { KnownRun } from '../folder/folder.ts'

export interface FileFound {
  readonly sha256: string
  readonly role: LineageFound['role']
  readonly file: LineageFound
}

/** Files of a run's head whose checksum is this one, or begins so. */
export function filesWith(run: KnownRun, sha256: string): FileFound[] {
  const { head } = run.file
  if (head === undefined) return []
  return [
    ...head.outputs.shown.flatMap((one) => foundIn(run, one, 'made', sha256)),
    ...head.inputs.shown.flatMap((one) => foundIn(run, one, 'used', sha256)),
  ]
}

function foundIn(
  { name: run, file }: KnownRun,
  one: HeadFile,
  role: 'made' | 'used',
  digits: string,
): FileFound[] {
  const { sha256, name, size, rank, step, model, version } = one
  if (sha256 === undefined || !sha256.startsWith(digits)) return []
  const path = one.stored ?? one.path
  return [
    {
      sha256,
      role,
      file: {
        run,
        name,
        role,
        ...(path === undefined ? {} : { path }),
        ...(size === undefined ? {} : { size }),
        ...(rank === undefined ? {} : { rank }),
        ...(step === undefined ? {} : { step }),
        ...(model === undefined ? {} : { model }),
        ...(version === undefined ? {} : { version }),
        time: file.startTime,
      },
    },
  ]
}
