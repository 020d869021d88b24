import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fieldsIn, limits } from '@provloom/shared'
import type { Variables } from '../place/variables.ts'
import type { Fact } from '../spool/own-stream.ts'
import { recordedVariables } from './allow-list.ts'
import { interpreterOf } from './interpreter.ts'
import { Interpreters } from './interpreters.ts'

interface Probe {
  readonly interpreter?: string
  readonly version?: string
  readonly packages?: Readonly<Record<string, string>>
}

/**
 * What the command runs in: interpreter and packages (asked of the interpreter itself, once a machine, bounded in time), platform,
 * container, loaded modules, and the variables of the allow-list.
 */
export async function environmentFact(
  argv: readonly string[],
  directory: string,
  variables: Variables,
  signal: AbortSignal,
  interpreters: Interpreters = new Interpreters(),
): Promise<Extract<Fact, { readonly type: 'environment' }>> {
  const interpreter = interpreterOf(argv, directory)
  const said = probeOf(await interpreters.ask({ interpreter, directory, variables }, signal))
  const { packages = interpreter.kind === 'node' ? nodePackages(directory) : undefined, ...about } = said
  const container = containerOf(variables)
  const modules = variables['LOADEDMODULES']
  return {
    type: 'environment',
    platform: `${os.platform()} ${os.machine()}`,
    variables: recordedVariables(variables),
    ...about,
    ...(packages === undefined || Object.keys(packages).length === 0
      ? {}
      : { packages, packagesSha256: hashOf(packages) }),
    ...(container === undefined ? {} : { container }),
    ...(modules === undefined || modules === '' ? {} : { modules }),
  }
}

function probeOf(answer: string | undefined): Probe {
  const fields = fieldsIn(answer)
  const text = (name: string): string | undefined => {
    const value = fields.get(name)
    return typeof value === 'string' ? value : undefined
  }
  const [interpreter, version] = [text('interpreter'), text('version')]
  const packages = fields.get('packages')
  return {
    ...(interpreter === undefined ? {} : { interpreter }),
    ...(version === undefined ? {} : { version }),
    ...(typeof packages === 'object' && packages !== null ? { packages: versionsOf(packages) } : {}),
  }
}

/** What npm installed, by its own record, in the nearest folder upwards that has one. */
function nodePackages(directory: string): Record<string, string> | undefined {
  for (let folder = directory; ; folder = path.dirname(folder)) {
    try {
      const text = fs.readFileSync(path.join(folder, 'node_modules', '.package-lock.json'), 'utf8')
      const locked = fieldsIn(text).get('packages')
      if (typeof locked !== 'object' || locked === null) return undefined
      const versions = Object.entries(locked).map(([place, about]: [string, unknown]) => [
        place.replace(/^.*node_modules\//, ''),
        typeof about === 'object' && about !== null && 'version' in about ? about.version : undefined,
      ])
      return versionsOf(Object.fromEntries(versions))
    } catch {
      if (folder === path.dirname(folder)) return undefined
    }
  }
}

function versionsOf(packages: object): Record<string, string> {
  const named = Object.entries(packages).flatMap(([name, version]: [string, unknown]) =>
    typeof version === 'string' ? [[name, version] as const] : [],
  )
  named.sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(named.slice(0, limits.packagesMax))
}

/** SHA-256 over `name==version` lines, sorted: equal environments have equal hashes. */
function hashOf(packages: Readonly<Record<string, string>>): string {
  const lines = Object.entries(packages).map(([name, version]) => `${name}==${version}\n`)
  return createHash('sha256').update(lines.join('')).digest('hex')
}

function containerOf(variables: Variables): string | undefined {
  const named =
    variables['APPTAINER_CONTAINER'] ?? variables['SINGULARITY_CONTAINER'] ?? variables['container']
  if (named !== undefined && named !== '') return named
  return fs.existsSync('/.dockerenv') ? 'docker' : undefined
}
