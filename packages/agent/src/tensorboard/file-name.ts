/** Of every event file: what its name begins with. Whatever stands before `.out.` its writer chooses. */
const pattern = /(?:^|[^/])\.out\.tfevents\.(\d{9,11})\.(.+)$/

/** What an event file's name tells: `events.out.tfevents.<seconds>.<host>[.<pid>.<n>][.<suffix>]`. */
export interface EventFileName {
  /** Since the Unix epoch, when it was begun. */
  readonly seconds: number
  /** Of its writer, as that process sees it; tensorboardX and TensorFlow 1 name none. */
  readonly pid: number | undefined
}

export function isEventFile(name: string): boolean {
  return name.includes('.out.tfevents.') && !name.endsWith('.profile-empty')
}

/** @returns undefined for a file of another machine, or none that a writer has named */
export function eventFileName(name: string, host: string): EventFileName | undefined {
  const [, seconds, rest] = pattern.exec(name) ?? []
  if (seconds === undefined || rest === undefined || !isOf(rest, host)) return undefined
  const [, pid] = /^\.(\d{1,10})\.\d+(?:\.|$)/.exec(rest.slice(host.length)) ?? []
  return { seconds: Number(seconds), pid: pid === undefined ? undefined : Number(pid) }
}

function isOf(rest: string, host: string): boolean {
  return rest.startsWith(host) && (rest.length === host.length || rest[host.length] === '.')
}
