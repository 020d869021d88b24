import fs from 'node:fs'
import path from 'node:path'
import { folder, repository } from './cli.ts'

/** A copy of what is built, to be broken. */
export interface Installation {
  readonly bin: string
  /** @param file from its root, as in the repository */
  remove(file: string): void
  /**
   * Puts a package in the place of a dependency that says this when it is loaded.
   *
   * @param names what is imported of it
   */
  breakDependency(name: string, message: string, names?: readonly string[]): void
}

export function installation(): Installation {
  const root = folder()
  for (const name of fs.readdirSync(path.join(repository, 'packages'))) {
    for (const part of ['bin', 'dist', 'package.json']) {
      const from = path.join(repository, 'packages', name, part)
      if (!fs.existsSync(from)) continue
      fs.cpSync(from, path.join(root, 'packages', name, part), {
        recursive: true,
        filter: (file) => !/\.(?:map|d\.ts|tsbuildinfo)$/.test(file),
      })
    }
  }
  fs.mkdirSync(path.join(root, 'clients'))
  fs.symlinkSync(path.join(repository, 'clients/python'), path.join(root, 'clients/python'))
  const modules = path.join(root, 'node_modules')
  fs.mkdirSync(path.join(modules, '@provloom'), { recursive: true })
  for (const name of fs.readdirSync(path.join(repository, 'node_modules'))) {
    if (name.startsWith('.') || name === '@provloom' || name === 'provloom') continue
    fs.symlinkSync(path.join(repository, 'node_modules', name), path.join(modules, name))
  }
  for (const name of fs.readdirSync(path.join(repository, 'node_modules/@provloom'))) {
    fs.symlinkSync(path.join(root, 'packages', name), path.join(modules, '@provloom', name))
  }
  return {
    bin: path.join(root, 'packages/cli/bin/provloom.js'),
    remove: (file) => fs.rmSync(path.join(root, file), { recursive: true }),
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
