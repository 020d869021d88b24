import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { cleanEnvironment, folder } from './cli.ts'
import { judgePython } from './needs.ts'
import { freePorts } from './ports.ts'

/** A real `mlflow server` over a database and a folder of artifacts, which can be killed and started again. */
export interface MlflowServer {
  readonly uri: string
  start(): Promise<void>
  /** It and all that it has started, at once. */
  kill(): void
}

export async function mlflowServer(): Promise<MlflowServer> {
  const home = folder()
  const [port = 0] = await freePorts(1)
  const uri = `http://127.0.0.1:${port}`
  let server: ChildProcess | undefined
  const kill = (): void => {
    if (server?.pid === undefined) return
    try {
      process.kill(-server.pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
    server = undefined
  }
  onTestFinished(kill)
  const command = ['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'].concat(
    ['--backend-store-uri', `sqlite:///${path.join(home, 'mlflow.db')}`],
    ['--artifacts-destination', path.join(home, 'artifacts')],
  )
  const env = {
    ...cleanEnvironment(),
    MLFLOW_DISABLE_TELEMETRY: 'true',
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
  }
  return {
    uri,
    kill,
    async start() {
      const log = fs.openSync(path.join(home, 'log'), 'a')
      // Of a group of its own: what listens is a process below it.
      server = spawn(path.join(path.dirname(judgePython!), 'mlflow'), command, {
        cwd: home,
        env,
        stdio: ['ignore', log, log],
        detached: true,
      })
      fs.closeSync(log)
      const until = Date.now() + 90_000
      while (Date.now() < until) {
        const answer = await fetch(`${uri}/health`).catch(() => undefined)
        if (answer?.ok === true) return
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      throw new Error(`mlflow server does not answer: ${fs.readFileSync(path.join(home, 'log'), 'utf8')}`)
    },
  }
}
