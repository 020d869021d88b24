// Sends what MLflow's client once sent (test/data/mlflow) to the server that it would ask, and says what is not answered
// as it must be, as one line of JSON: a status, or a field of the recorded answer that ours has not.
//
// Usage: node mlflow-replay.mjs RECORDING...
import fs from 'node:fs'

const { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token } = process.env
/** Ids of the recording, and what they are here. */
const here = new Map()
/** Each rank has a folder: that which its artifacts are said to be in. */
let folder = ''
const wrong = []
const runs = []

/** What the recording's server did not do: there the client was told that nothing is there. */
const answeredNow = /registered-models|traces|server-info/
/** What it did wrong: its list of experiments obeys no filter; its last value is what came last, not that of the last step. */
const isWrongThere = (file, path) =>
  (file.endsWith('acc.jsonl') && path.endsWith('experiments/search')) ||
  (file.endsWith('asyncl.jsonl') && path.endsWith('runs/get'))

const renamed = (text) => [...here].reduce((now, [before, after]) => now.replaceAll(before, after), text)

function note(before, after) {
  if (before !== undefined && after !== undefined && before.length > 8) here.set(before, after)
}

/** Field by field; of lists what their first elements are. */
function compare(recorded, answered, at) {
  if (recorded === null || recorded === undefined) return
  if (typeof recorded !== typeof answered || Array.isArray(recorded) !== Array.isArray(answered)) {
    wrong.push(`${at}: ${JSON.stringify(recorded)} was ${JSON.stringify(answered)}`)
    return
  }
  if (Array.isArray(recorded)) {
    for (const [n, one] of recorded.entries()) compare(one, counterpart(one, answered, n), `${at}[${n}]`)
    return
  }
  if (typeof recorded !== 'object') return
  for (const [name, value] of Object.entries(recorded)) compare(value, answered[name], `${at}.${name}`)
}

/** In what order there is no order. */
function counterpart(recorded, answered, n) {
  const nameOf = (one) => one?.key ?? one?.path ?? one?.info?.run_id ?? one?.name
  const name = nameOf(recorded)
  return name === undefined ? answered[n] : answered.find((one) => nameOf(one) === (here.get(name) ?? name))
}

/** Values that a client reads back are those that it has sent. */
function compareData(recorded, answered, at) {
  for (const kind of ['metrics', 'params']) {
    const values = new Map((answered.data[kind] ?? []).map(({ key, value }) => [key, value]))
    for (const { key, value } of recorded.data[kind] ?? [])
      if (values.get(key) !== value) wrong.push(`${at}: ${kind} ${key}: ${value} was ${values.get(key)}`)
  }
}

for (const file of process.argv.slice(2)) {
  const lines = fs
    .readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  // A recording may begin in the middle of a process.
  let experiment
  for (const [n, { method, path, query, body, body_bytes: size, status, answer }] of lines.entries()) {
    const at = `${file.replace(/^.*\//, '')}:${n + 1} ${method} ${path}`
    const search = new URLSearchParams(JSON.parse(idsIn(JSON.stringify(query))))
    const address = `${uri}${idsIn(path, true)}${search.size === 0 ? '' : `?${search}`}`
    const sent =
      method === 'GET'
        ? undefined
        : size === null || size === undefined
          ? idsIn(JSON.stringify(body))
          : Buffer.alloc(size, 'x')
    const response = await fetch(address, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(sent === undefined ? {} : { body: sent }),
    })
    const text = await response.text()
    const expected = answeredNow.test(path) ? 200 : status
    // An experiment that an earlier recording has made is there.
    const isThere = path.endsWith('get-by-name') && status === 404 && response.status === 200
    if (response.status !== expected && !isThere)
      wrong.push(`${at}: ${expected} was ${response.status} ${text.slice(0, 200)}`)
    if (answer === null || typeof answer !== 'object') continue
    const answered = JSON.parse(text)
    if (!isWrongThere(file, path)) compare(answer, answered, at)
    if (path.endsWith('experiments/create')) experiment = [answer.experiment_id, answered.experiment_id]
    if (path.endsWith('experiments/get-by-name') && answered.experiment !== undefined)
      experiment = ['1', answered.experiment.experiment_id]
    if (path.endsWith('runs/create')) {
      note(answer.run.info.run_id, answered.run.info.run_id)
      folder = /artifacts\/(\d+)\//.exec(answered.run.info.artifact_uri)?.[1] ?? ''
      runs.push(answered.run.info.run_id)
    }
    if (path.endsWith('logged-models')) note(answer.model.info.model_id, answered.model.info.model_id)
    if (answer.run?.data !== undefined && !isWrongThere(file, path)) compareData(answer.run, answered.run, at)
  }

  /** @param isPath in an address the experiment is a piece of it */
  function idsIn(text, isPath = false) {
    const now = renamed(text)
    if (experiment === undefined) return now
    const [before, after] = experiment
    return isPath
      ? now.replace(`/artifacts/${before}/`, `/artifacts/${folder}/${after}/`)
      : now
          .replace(`"experiment_id":"${before}"`, `"experiment_id":"${after}"`)
          .replace(`"experiment_ids":["${before}"`, `"experiment_ids":["${after}"`)
          .replace(`"path":"${before}/`, `"path":"${folder}/${after}/`)
  }
}
console.log(JSON.stringify({ wrong, runs }))
