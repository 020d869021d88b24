import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { repository } from './cli.ts'
import { freePorts } from './ports.ts'

const script = path.join(repository, 'test/support/slurm.sh')

export interface Slurm {
  /** What its commands need. */
  readonly env: Readonly<Record<string, string>>
  stop(): void
}

/** A Slurm of this machine alone, for a whole file of tests, which stops it. */
export async function startSlurm(): Promise<Slurm> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-slurm-'))
  const ports = await freePorts(2)
  const conf = execFileSync(script, ['start', home, ...ports.map(String)])
  return {
    env: { SLURM_CONF: conf.toString().trim() },
    stop() {
      execFileSync(script, ['stop', home])
      fs.rmSync(home, { recursive: true, force: true })
    },
  }
}
