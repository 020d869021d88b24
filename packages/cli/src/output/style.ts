import pc from 'picocolors'

/** Colours only on a terminal, and never when NO_COLOR is set. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  good(text: string): string
  bad(text: string): string
}

export function styleFor(stream: { readonly isTTY?: boolean }): Style {
  const colours = pc.createColors(
    stream.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb',
  )
  return { bold: colours.bold, dim: colours.dim, good: colours.green, bad: colours.red }
}
