import { printable, say as sayAloud } from '@provloom/shared'

/** Tells the user, each thing once. */
export interface Voice {
  /** Named in every line; the worker may say another one than its launcher. */
  rank: number
  tell(message: string, rank?: number): void
}

/**
 * @param say standard error when undefined
 * @param heard told of every message that was said
 */
export function createVoice(
  rank: number,
  say: ((line: string) => void) | undefined,
  heard: (message: string) => void,
): Voice {
  const told = new Set<string>()
  return {
    rank,
    tell(message, by) {
      if (told.has(message)) return
      told.add(message)
      const line = `provloom: rank ${by ?? this.rank}: ${printable(message)}`
      const speak = say ?? sayAloud
      speak(line)
      heard(message)
    },
  }
}
