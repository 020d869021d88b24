const told = new Set<string>()

/** Writes one line to standard error, the first time only. Never throws. */
export function tellOnce(code: string, text: string): void {
  if (told.has(code) || told.size > 1000) return
  told.add(code)
  tellLine(text)
}

/** Writes one line to standard error. Never throws. */
export function tellLine(text: string): void {
  try {
    process.stderr.write(`provloom: ${text}\n`)
  } catch {
    // A closed standard error is no reason to end a training.
  }
}
