/** What the command is to have and we are not: Node reads them. */
const forTheCommand = ['NODE_OPTIONS', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE']

/**
 * What this process was started with (packages/shared/src/process-start.ts), out of PROVLOOM_START:
 * the mask of ignored signals in hexadecimal, descriptors, and the environment in base64. It is put back as it was.
 */
exports.readStart = function readStart(early) {
  const [mask = '', descriptors = '', environment = ''] = (process.env.PROVLOOM_START ?? '').split(' ')
  delete process.env.PROVLOOM_START
  if (environment !== '') restore(Buffer.from(environment, 'base64').toString())
  const variables = {}
  for (const name of forTheCommand) {
    const value = process.env[name]
    if (value === undefined) continue
    variables[name] = value
    delete process.env[name]
  }
  return {
    early,
    ignored: numbersIn(mask),
    descriptors: descriptors
      .split(',')
      .map(Number)
      .filter((number) => number > 2),
    variables,
  }
}

function restore(text) {
  const entries = text
    .split('\0')
    .filter((entry) => entry.includes('='))
    .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)])
  const before = new Map(entries)
  for (const name of Object.keys(process.env)) if (!before.has(name)) delete process.env[name]
  for (const [name, value] of before) if (process.env[name] !== value) process.env[name] = value
  delete process.env.PROVLOOM_START
}

function numbersIn(mask) {
  if (!/^[0-9a-f]{1,16}$/i.test(mask)) return []
  const bits = BigInt(`0x${mask}`)
  return Array.from({ length: 31 }, (_, i) => i + 1).filter((number) => (bits >> BigInt(number - 1)) & 1n)
}
