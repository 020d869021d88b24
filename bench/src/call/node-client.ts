import fs from 'node:fs'
import path from 'node:path'

export interface NodeClient {
  log(i: number): void
  close(): Promise<void>
}

/** The names that the bench uses of the TypeScript client. */
interface Client {
  startRun(options: Record<string, unknown>): unknown
  logMetric(key: string, value: number, options: { readonly step: number }): void
  endRun(): unknown
}

/** Opens the TypeScript client on a spool in `folder`, as an agent would give it one. */
export async function openClient(folder: string): Promise<NodeClient> {
  const spool = path.join(folder, 'spool')
  fs.mkdirSync(spool, { mode: 0o700 })
  process.env['PROVLOOM_SPOOL_DIR'] = spool
  const found: unknown = await import('@provloom/agent')
  if (!isClient(found)) throw new Error('the TypeScript client (startRun, logMetric, endRun) is not built')
  await found.startRun({
    provUserNamespace: 'www.example.org',
    experimentName: 'bench',
    provenanceSaveDir: folder,
  })
  return {
    log: (i) => found.logMetric('loss', 0.5, { step: i }),
    async close() {
      await found.endRun()
    },
  }
}

function isClient(found: unknown): found is Client {
  return (
    typeof found === 'object' &&
    found !== null &&
    ['startRun', 'logMetric', 'endRun'].every((name) => name in found)
  )
}
