import { nameWithin } from '@provloom/shared'
import fs from 'node:fs'
import path from 'node:path'

/** What runs the command's code. */
export type Interpreter =
  | { readonly kind: 'python'; readonly program: string; readonly script?: string }
  | { readonly kind: 'node'; readonly program: string; readonly script?: string }
  | { readonly kind: 'other'; readonly script?: string }

const python = /^(python|pypy)(\d+(\.\d+)*)?$/
const node = /^(node|nodejs)$/
/** Options of both that take the next argument with them. */
const takesValue =
  /^(-[bBdEhiIOPqRsSuvVx]*[WX]|-r|--require|--import|--conditions|-C|--check-hash-based-pycs)$/
/** Options that what is run stands in, or a module's name: no script follows. */
const givesCode = {
  python: /^-[bBdEhiIOPqRsSuvVx]*[cm]/,
  node: /^(-e|--eval|-p|-pe|--print)(=|$)/,
}

/** Finds interpreter and script in a command: by the program's name, or by the first line of a script. */
export function interpreterOf(argv: readonly string[], directory: string): Interpreter {
  const [program, ...rest] = argv
  if (program === undefined) return { kind: 'other' }
  const name = path.basename(program)
  if (python.test(name)) return withScript({ kind: 'python', program }, rest, directory)
  if (node.test(name)) return withScript({ kind: 'node', program }, rest, directory)
  const shebang = program.includes('/') ? firstLine(path.resolve(directory, program)) : undefined
  const found = /^#!\s*(\S+)(?:\s+(?:-S\s+)?(\S+))?/.exec(shebang ?? '')
  const script = program.includes('/') ? path.resolve(directory, program) : undefined
  const scriptPart = script === undefined ? {} : { script }
  const runner = found === null ? undefined : path.basename(found[1]!) === 'env' ? found[2] : found[1]
  if (runner !== undefined && python.test(path.basename(runner)))
    return { kind: 'python', program: runner, ...scriptPart }
  if (runner !== undefined && node.test(path.basename(runner)))
    return { kind: 'node', program: runner, ...scriptPart }
  return { kind: 'other', ...scriptPart }
}

/** The experiment's name when nobody gave one: the script's base name, a module's name, or the program's. */
export function nameOf(argv: readonly string[], directory: string): string {
  const interpreter = interpreterOf(argv, directory)
  const module = argv[argv.indexOf('-m') + 1]
  const named =
    interpreter.script ??
    (interpreter.kind === 'python' && argv.includes('-m') && module !== undefined ? module : argv[0]) ??
    'experiment'
  const base = path.basename(named).replace(/\.(py|js|mjs|cjs|ts|sh)$/, '')
  return base === '' ? 'experiment' : nameWithin(base)
}

function withScript(
  interpreter: { readonly kind: 'python' | 'node'; readonly program: string },
  rest: readonly string[],
  directory: string,
): Interpreter {
  for (let i = 0; i < rest.length; i++) {
    const argument = rest[i]!
    if (argument === '-' || givesCode[interpreter.kind].test(argument)) return interpreter
    if (takesValue.test(argument)) i++
    else if (!argument.startsWith('-')) return { ...interpreter, script: path.resolve(directory, argument) }
  }
  return interpreter
}

function firstLine(file: string): string | undefined {
  let descriptor: number | undefined
  try {
    descriptor = fs.openSync(file, 'r')
    const head = Buffer.alloc(256)
    const got = fs.readSync(descriptor, head, 0, head.length, 0)
    return head.subarray(0, got).toString('latin1').split('\n', 1)[0]
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor)
  }
}
