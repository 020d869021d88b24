import { spawnSync } from 'node:child_process'
import { judgePython } from '../support/judge.ts'

const convert = `
import sys
from prov.model import ProvDocument
read, write = sys.argv[1:3]
trig = lambda it: {'rdf_format': 'trig'} if it == 'rdf' else {}
document = ProvDocument.deserialize(content=sys.stdin.buffer.read().decode('utf-8'), format=read, **trig(read))
sys.stdout.buffer.write(document.serialize(format=write, **trig(write)).encode('utf-8'))
`

/** What Python's prov makes of a document: read in one format, written in another. */
export function throughPython(text: string, read: string, write: string): string {
  if (judgePython === undefined) throw new Error('PROVLOOM_TEST_PYTHON is not set')
  const result = spawnSync(judgePython, ['-c', convert, read, write], {
    input: text,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (result.status === 0) return result.stdout
  throw new Error(result.stderr)
}
