const { spawn } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const unavailable = 3
/** Those that a terminal sends to the whole process group reach the command by themselves; a stopped one is seen by its group. */
const ofTerminal = ['SIGINT', 'SIGQUIT', 'SIGWINCH', 'SIGTSTP', 'SIGCONT']

/**
 * What is left to do when nothing of ours can be loaded: says so, and runs the command all the same. It is written
 * without anything that is compiled or installed.
 */
exports.runAlone = function runAlone(start, signals, wrong, hint) {
  tell(`Error: ${wrong}\nTry:   ${hint}`)
  const { command, ranks } = wanted(process.argv.slice(2))
  if (command.length === 0) {
    process.exitCode = unavailable
    return
  }
  tell('provloom: the command runs without it')
  // To a run that started us: nobody else is to run it.
  process.send?.('begins')
  const variables = { ...process.env, ...start.variables, PYTHONPATH: pythonPath() }
  const workers = Array.from({ length: ranks }, (_, rank) =>
    launch(start, command, ranks === 1 ? variables : { ...variables, ...rankVariables(rank, ranks) }),
  )
  for (const signal of signals.filter((one) => !ofTerminal.includes(one))) {
    const pass = () => {
      for (const worker of workers) worker.kill(signal)
    }
    process.on(signal, pass)
    for (const missed of start.early) if (missed === signal) pass()
  }
  let first
  let left = workers.length
  const end = (code, signal) => {
    const failed = code !== 0
    if (failed && first === undefined) {
      first = { code, signal }
      // The others would wait for it.
      for (const worker of workers) worker.kill('SIGTERM')
    }
    if (--left === 0) endAs(first ?? { code: 0, signal: null }, ranks)
  }
  for (const worker of workers) {
    worker.once('exit', end)
    worker.once('error', ({ message, code }) => {
      tell(`Error: Could not start ${command[0]} (${message}) [COMMAND_NOT_FOUND]`)
      end(code === 'ENOENT' || code === 'ENOTDIR' ? 127 : 126, null)
    })
  }
}

/** One command's end is ours; of several, a signal is told by its number. */
function endAs({ code, signal }, ranks) {
  process.exitCode = code ?? 128 + os.constants.signals[signal]
  if (signal !== null && ranks === 1) {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    setTimeout(() => process.exit(), 100)
    return
  }
  process.exit()
}

/** `import provloom`, `prov4ml` and `yprov4ml` work all the same: what they record is kept in a spool. */
function pythonPath() {
  const places = [path.join(__dirname, '../python'), path.join(__dirname, '../../../clients/python')]
  const found = places.filter((place) => fs.existsSync(path.join(place, 'provloom')))
  const doors = found.slice(0, 1).map((place) => path.join(place, 'provloom/doors'))
  return [...found, process.env.PYTHONPATH, ...doors].filter(Boolean).join(path.delimiter)
}

function tell(text) {
  try {
    fs.writeSync(2, `${text}\n`)
  } catch {
    // Nobody listens.
  }
}

/** The command of `run` and `agent`, behind `--`. */
function wanted([name, ...words]) {
  const at = words.indexOf('--')
  if ((name !== 'run' && name !== 'agent') || at < 0) return { command: [], ranks: 1 }
  const given = words.slice(0, at).join(' ')
  const ranks = Number(/(?:^| )(?:-n ?|--ranks[ =])(\d{1,4})(?: |$)/.exec(given)?.[1] ?? 1)
  return { command: words.slice(at + 1), ranks }
}

function launch({ ignored, descriptors }, command, env) {
  const stdio = Array.from({ length: Math.max(2, ...descriptors) + 1 }, (_, number) =>
    number < 3 || descriptors.includes(number) ? number : 'ignore',
  )
  const script = `trap '' ${ignored.join(' ')}; exec "$@"`
  const words = ignored.length === 0 ? command : ['/bin/sh', '-c', script, 'sh', ...command]
  return spawn(words[0], words.slice(1), { stdio, env })
}

function rankVariables(rank, ranks) {
  return {
    RANK: `${rank}`,
    LOCAL_RANK: `${rank}`,
    NODE_RANK: '0',
    WORLD_SIZE: `${ranks}`,
    LOCAL_WORLD_SIZE: `${ranks}`,
    MASTER_ADDR: '127.0.0.1',
    MASTER_PORT: '29500',
  }
}
