import fs from 'node:fs'
import path from 'node:path'

/** A part of a path that only programs and libraries are below. */
const installed = /[/\\](?:(?:site|dist)-packages|node_modules|shims|lib[/\\]python\d[^/\\]*)[/\\]/i
const interpreters = ['python', 'python3', 'python.exe', 'node']

/** Whether a file is part of an interpreter, a library, or a program that one of these was installed with. */
export function isInstalled(file: string): boolean {
  return [file, realPath(file)].some((one) => installed.test(one) || holdsPrograms(path.dirname(one)))
}

function holdsPrograms(folder: string): boolean {
  if (!['bin', 'sbin', 'Scripts'].includes(path.basename(folder))) return false
  const above = path.dirname(folder)
  if (['/', '/usr', '/usr/local'].includes(above) || fs.existsSync(path.join(above, 'pyvenv.cfg')))
    return true
  if (interpreters.some((one) => fs.existsSync(path.join(folder, one)))) return true
  try {
    return fs.readdirSync(path.join(above, 'lib')).some((one) => /^python\d/.test(one))
  } catch {
    return false
  }
}

function realPath(file: string): string {
  try {
    return fs.realpathSync(file)
  } catch {
    return file
  }
}
