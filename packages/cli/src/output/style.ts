import pc from 'picocolors'

/** Colours only on a terminal, and never when NO_COLOR is set. */
export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
}

export function styleFor(stream: { readonly isTTY?: boolean }): Style {
  const colours = pc.createColors(
    stream.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb',
  )
  return { bold: colours.bold, dim: colours.dim, good: colours.green, bad: colours.red }
}
