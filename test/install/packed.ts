import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { folder, repository } from '../support/cli.ts'

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, unknown>>
  readonly bin?: Readonly<Record<string, string>>
}

export const manifestOf = (place: string): Manifest =>
  JSON.parse(fs.readFileSync(path.join(place, 'package.json'), 'utf8')) as Manifest

/** What npm packs, of a copy: what it puts into the folders for a moment, other tests would find. */
export function packed(): readonly string[] {
  const copy = folder()
  for (const one of ['package.json', 'LICENSE', 'clients/python/provloom'])
    fs.cpSync(path.join(repository, one), path.join(copy, one), { recursive: true })
  const parts = ['package.json', 'README.md', 'prepack.js', 'bin', 'dist', 'src', 'test']
  for (const name of fs.readdirSync(path.join(repository, 'packages'))) {
    for (const part of parts) {
      const from = path.join(repository, 'packages', name, part)
      if (fs.existsSync(from)) fs.cpSync(from, path.join(copy, 'packages', name, part), { recursive: true })
    }
  }
  const destination = folder()
  const args = ['pack', '--workspaces', '--silent', '--pack-destination', destination]
  execFileSync('npm', args, { cwd: copy, stdio: 'pipe' })
  expect(fs.existsSync(path.join(copy, 'packages/cli/python'))).toBe(false)
  return fs.readdirSync(destination).map((name) => path.join(destination, name))
}

/** As npm would lay them out; of others only what ours say they need. */
export function installed(): { readonly app: string; readonly packages: readonly string[] } {
  const app = folder()
  const modules = path.join(app, 'node_modules')
  const packages = packed().map((archive) => {
    const out = folder()
    execFileSync('tar', ['xzf', archive, '-C', out])
    const place = path.join(modules, manifestOf(path.join(out, 'package')).name)
    fs.mkdirSync(path.dirname(place), { recursive: true })
    fs.renameSync(path.join(out, 'package'), place)
    return place
  })
  for (const needed of new Set(packages.flatMap((one) => Object.keys(manifestOf(one).dependencies ?? {})))) {
    const place = path.join(modules, needed)
    if (fs.existsSync(place)) continue
    fs.mkdirSync(path.dirname(place), { recursive: true })
    fs.symlinkSync(path.join(repository, 'node_modules', needed), place)
  }
  const commands = path.join(modules, '.bin')
  fs.mkdirSync(commands)
  for (const place of packages)
    for (const [name, file] of Object.entries(manifestOf(place).bin ?? {}))
      fs.symlinkSync(path.join(place, file), path.join(commands, name))
  return { app, packages }
}
