/**
 * What an error's text is made of: of a Python traceback each error of the chain with its type, its message and the files that
 * it came through; else the line that names a type, or what C++ and Node print. Pure, for texts of any process.
 */
export interface Raised {
  /** Its last name, `ConnectionResetError`; empty where no type is told. */
  readonly type: string
  /** As it is printed, with its module where it has one. */
  readonly typePath: string
  readonly message: string
  /** `ValueError: loss is nan` */
  readonly reason: string
  /** Files that it came through, the outermost first; none where no traceback says. */
  readonly files: readonly string[]
  /** `train.py:143 in main`: of the last of them. */
  readonly place: string | undefined
}

/** The errors of a text in their order: of Python exceptions that were raised while another was handled the first is why. */
export function raisedIn(text: string): Raised[] {
  const chain = tracebacksIn(text)
  if (chain.length > 0) return chain
  const lines = text.trimEnd().split('\n')
  const what = /^\s*what\(\):\s*(.*)$/m.exec(text)?.[1]
  for (const line of lines) {
    const thrown = /^terminate called after throwing an instance of '(.+)'$/.exec(line.trim())?.[1]
    if (thrown !== undefined) return [raisedOf(`${thrown}: ${what ?? ''}`, [], undefined)]
  }
  for (const line of lines.toReversed()) {
    const one = raisedOf(line, [], undefined)
    if (one.type !== '') return [one]
  }
  return []
}

/** Behind the last place of a traceback stands the line that names the error; its message may have many more. */
function tracebacksIn(text: string): Raised[] {
  const found: Raised[] = []
  let files: string[] = []
  let place: string | undefined
  for (const line of text.trimEnd().split('\n')) {
    const at = /^ +File "(.+)", line (\d+)(?:, in (.+))?$/.exec(line)
    if (at !== null) {
      const [, file = '', number, name] = at
      files.push(file)
      place = `${file.replace(/^.*[/\\]/, '')}:${number}${name === undefined ? '' : ` in ${name}`}`
    } else if (line.startsWith('Traceback (')) files = []
    else if (place !== undefined && /^[^\s^~]/.test(line)) {
      found.push(raisedOf(line, files, place))
      files = []
      place = undefined
    }
  }
  return found
}

/** `torch.distributed.DistBackendError: NCCL error in`: what stands before the colon is a type where it is named as one. */
function raisedOf(line: string, files: readonly string[], place: string | undefined): Raised {
  const named = /^([A-Za-z_][\w.]*(?:::\w+)*)(?:: (.*))?$/.exec(line.trim())
  const [, typePath = '', message = ''] = named ?? []
  const type = typePath.split(/\.|::/).at(-1) ?? ''
  const isType =
    place !== undefined || /(?:Error|Exception|Interrupt|Exit|_error|bad_alloc|exception)$/.test(type)
  return isType && named !== null
    ? { type, typePath, message, reason: line, files, place }
    : { type: '', typePath: '', message: line.trim(), reason: line, files, place }
}
