import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { endRun, logMetric, startRun } from '@provloom/agent'

/** Field 22 of /proc/PID/stat. */
function startOf(pid: number): number {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
}

export interface NodeClient {
  log(i: number): void
  close(): void
}

/** Opens the TypeScript client on a spool in `folder`, as an agent would give it one. */
export function openClient(folder: string): NodeClient {
  const spool = path.join(folder, 'spool')
  fs.mkdirSync(path.join(spool, 'sessions'), { recursive: true, mode: 0o700 })
  const self = { pid: process.pid, start: startOf(process.pid), pidNamespace: 0, host: os.hostname() }
  fs.writeFileSync(path.join(spool, 'spool.json'), JSON.stringify({ format: 2, by: 'agent', ...self }))
  fs.writeFileSync(path.join(spool, 'agent.json'), JSON.stringify(self))
  const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().replaceAll('-', '')
  const own = `${self.pid}.${self.start}`
  process.env['PROVLOOM_TREE'] = `local-${boot}.${own} - ${spool} ${own}`
  startRun({ provUserNamespace: 'www.example.org', experimentName: 'bench', provenanceSaveDir: folder })
  return { log: (i) => logMetric('loss', 0.5, { step: i }), close: () => void endRun() }
}
