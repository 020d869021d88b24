import fs from 'node:fs'
import path from 'node:path'
import { folder, provloom } from './cli.ts'
import type { Result } from './cli.ts'

export interface Ran extends Result {
  readonly saveDir: string
  readonly runs: readonly string[]
}

/** A command below `provloom run --mlflow`, in folders of its own. */
export async function mlflow(
  command: readonly string[],
  more: { readonly options?: readonly string[]; readonly env?: Record<string, string> } = {},
): Promise<Ran> {
  const work = folder()
  const saveDir = path.join(work, 'prov')
  const options = ['--spool-root', path.join(work, 'spools'), '--sample-interval-seconds', '0']
  const result = await provloom(['run', '--mlflow', ...options, ...(more.options ?? []), '--', ...command], {
    cwd: work,
    ...(more.env === undefined ? {} : { env: more.env }),
  })
  const runs = fs.existsSync(saveDir)
    ? fs
        .readdirSync(saveDir)
        .filter((name) => /_\d+$/.test(name))
        .map((name) => path.join(saveDir, name))
    : []
  return { ...result, saveDir, runs }
}

/** A client in a few lines: `call` asks as MLflow's does. */
export const client: string = `
const { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token, RANK } = process.env
const call = async (path, body) => {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const answer = await fetch(uri + '/api/2.0/mlflow' + path, { ...init, headers: { authorization: 'Bearer ' + token } })
  return { status: answer.status, ...(await answer.json()) }
}
const begin = async (name, tags = []) => {
  const { experiment_id } = await call('/experiments/create', { name })
  return (await call('/runs/create', { experiment_id, start_time: Date.now(), tags })).run.info.run_id
}
const metric = (run_id, key, value, step) =>
  call('/runs/log-metric', { run_id, key, value, step, timestamp: Date.now() })
const put = (artifacts, name, body) =>
  fetch(uri + '/api/2.0/mlflow-artifacts/artifacts' + artifacts.replace('mlflow-artifacts:', '') + '/' + name, {
    method: 'PUT', body, headers: { authorization: 'Bearer ' + token },
  })
const end = (run_id, status = 'FINISHED') => call('/runs/update', { run_id, status, end_time: Date.now() })
`

export function script(text: string): string[] {
  return [process.execPath, '--input-type=module', '-e', client + text]
}
