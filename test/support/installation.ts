import fs from 'node:fs'
import path from 'node:path'
import { folder, repository } from './cli.ts'

/** A copy of what is built, to be broken. */
export interface Installation {
  readonly bin: string
  /** @param files a part of their name, in the folder of what is built */
  remove(files: string): void
  /**
   * Puts a package in the place of a dependency that says this when it is loaded.
   *
   * @param names what is imported of it
   */
  breakDependency(name: string, message: string, names?: readonly string[]): void
}

export function installation(): Installation {
  const root = folder()
  for (const part of ['bin', 'dist/bundle', 'package.json']) {
    const place = path.join('packages/cli', part)
    fs.cpSync(path.join(repository, place), path.join(root, place), { recursive: true })
  }
  fs.mkdirSync(path.join(root, 'clients'))
  fs.symlinkSync(path.join(repository, 'clients/python'), path.join(root, 'clients/python'))
  const modules = path.join(root, 'node_modules')
  fs.mkdirSync(modules)
  for (const name of fs.readdirSync(path.join(repository, 'node_modules'))) {
    if (name.startsWith('.') || name === '@provloom' || name === 'provloom') continue
    fs.symlinkSync(path.join(repository, 'node_modules', name), path.join(modules, name))
  }
  return {
    bin: path.join(root, 'packages/cli/bin/provloom.js'),
    remove(files) {
      const bundle = path.join(root, 'packages/cli/dist/bundle')
      for (const one of fs.readdirSync(bundle)) if (one.includes(files)) fs.rmSync(path.join(bundle, one))
    },
    breakDependency(name, message, names = []) {
      const place = path.join(modules, name)
      fs.rmSync(place)
      fs.mkdirSync(place)
      const exported = names.map((one) => `exports.${one} = undefined\n`).join('')
      const text = `${exported}throw new Error(${JSON.stringify(message)})\n`
      fs.writeFileSync(path.join(place, 'index.js'), text)
      fs.writeFileSync(path.join(place, 'package.json'), JSON.stringify({ name, main: 'index.js' }))
    },
  }
}
