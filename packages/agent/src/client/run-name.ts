import { readSession } from '../session/facts.ts'
import type { SessionFolder } from '../session/folder.ts'

interface Names {
  readonly runName?: string
  readonly experimentName?: string
}

/**
 * What a person calls a run: its own name, else that of the experiment.
 *
 * @param options undefined: another process was given them
 */
export function runNameOf(spool: SessionFolder, options: Names | undefined): string {
  const { runName, experimentName } = options ?? given(spool)
  return runName ?? experimentName ?? (process.env['PROVLOOM_EXPERIMENT_NAME'] || 'experiment')
}

function given(spool: SessionFolder): Names {
  try {
    return readSession(spool.root).facts
  } catch {
    return {}
  }
}
