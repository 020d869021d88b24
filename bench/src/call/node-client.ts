import fs from 'node:fs'
import path from 'node:path'
import { endRun, logMetric, startRun } from '@provloom/agent'

export interface NodeClient {
  log(i: number): void
  close(): void
}

/** Opens the TypeScript client on a spool in `folder`, as an agent would give it one. */
export function openClient(folder: string): NodeClient {
  const spool = path.join(folder, 'spool')
  fs.mkdirSync(spool, { mode: 0o700 })
  process.env['PROVLOOM_SPOOL_DIR'] = spool
  startRun({ provUserNamespace: 'www.example.org', experimentName: 'bench', provenanceSaveDir: folder })
  return { log: (i) => logMetric('loss', 0.5, { step: i }), close: () => void endRun() }
}
