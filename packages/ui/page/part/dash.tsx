import { palette } from './theme.ts'

/** The line of a run, as its curves are drawn. */
export function Dash({
  colour,
  dashed,
}: {
  readonly colour: number
  readonly dashed: boolean
}): preact.JSX.Element {
  const colours = palette()
  return (
    <svg width="22" height="8" aria-hidden="true">
      <line
        x1="0"
        x2="22"
        y1="4"
        y2="4"
        stroke={colours[colour % colours.length]}
        stroke-width="2.4"
        stroke-dasharray={dashed ? '6 3' : 'none'}
      />
    </svg>
  )
}
