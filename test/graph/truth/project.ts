import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { folder, repository } from '../../support/cli.ts'
import type { Site } from '../../support/site.ts'

const author = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'core.autocrlf=false']

function git(place: string, ...words: readonly string[]): void {
  execFileSync('git', ['-C', place, ...author, ...words], { stdio: 'ignore' })
}

function write(place: string, name: string, content: string | Buffer, mode = 0o644): void {
  const file = path.join(place, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, content)
  fs.chmodSync(file, mode)
}

/** A clone of a project in the site's folder, on a branch of its own, with every kind of change that is in no commit. */
export function cloned(here: Site): void {
  git('/', 'clone', '-q', origin(), here.dir)
  git(here.dir, 'checkout', '-q', '-b', 'trial/größe')
  changed(here.dir)
  // What git does not know: source files, and what is none.
  write(here.dir, 'pieces/fresh.py', 'NEW = 1\n')
  write(here.dir, 'tools/tool.sh', 'echo tool\n', 0o750)
  write(here.dir, 'notes.txt', 'a note\n')
  write(here.dir, 'extra.bin', Buffer.from([0, 1, 2, 3]))
  // What it ignores.
  const rows = (count: number): string => Array.from({ length: count }, (_, i) => `${i},${i * i}\n`).join('')
  write(here.dir, 'data/train.csv', rows(200), 0o640)
  write(here.dir, 'data/labels.csv', rows(50))
  for (const name of ['a/1.txt', 'a/2.txt', 'b/größer.txt']) write(here.dir, `data/images/${name}`, name)
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(here.dir, 'node_modules'))
}

/** Two commits of the training beside this file, the demo and some files more. */
function origin(): string {
  const place = folder()
  git(place, 'init', '-q', '-b', 'trunk')
  const project = path.join(import.meta.dirname, 'project')
  const isCode = (name: string): boolean => !name.includes('__pycache__')
  fs.cpSync(project, place, { recursive: true, filter: isCode })
  fs.cpSync(path.join(repository, 'examples/demo'), path.join(place, 'examples/demo'), {
    recursive: true,
    filter: isCode,
  })
  write(place, '.gitignore', 'data/\nout/\n*.pyc\nnode_modules\n')
  write(place, 'gone.txt', 'old\n')
  write(place, 'weights.bin', Buffer.from([1, 0, 2, 0]))
  write(place, 'run.sh', '#!/bin/sh\necho run\n')
  write(place, 'moved.md', 'a text that is long enough\nto be found again\nunder another name\n')
  git(place, 'add', '-A')
  git(place, 'commit', '-qm', 'first')
  write(place, 'gone.txt', 'older\n')
  git(place, 'commit', '-qam', 'second')
  return place
}

/** Text and bytes, a mode, a file that is gone, one that is new, one under another name. */
function changed(place: string): void {
  const replaced = (name: string, before: string, after: string): void => {
    const file = path.join(place, name)
    const text = fs.readFileSync(file, 'utf8')
    if (!text.includes(before)) throw new Error(`${name} has no ${before}`)
    fs.writeFileSync(file, text.replace(before, after))
  }
  replaced('pieces/line.py', 'rate = 0.05', 'rate = 0.04')
  replaced('train.py', '"batch": 16', '"batch": 32')
  replaced('examples/demo/train.py', 'EPOCHS, BATCH', '# tuned by hand\nEPOCHS, BATCH')
  fs.rmSync(path.join(place, 'gone.txt'))
  write(place, 'weights.bin', Buffer.from([1, 0, 3, 0, 4]))
  fs.chmodSync(path.join(place, 'run.sh'), 0o755)
  git(place, 'mv', 'moved.md', 'ein neuer Name.md')
  write(place, 'pieces/staged.py', 'STAGED = 1\n')
  git(place, 'add', 'pieces/staged.py')
}
