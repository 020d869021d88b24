/**
 * Graphviz sets the lines of a two-size label from the left, at widths of a font the reader may not have. Each line
 * of a shape is set to the shape's middle instead, so that it stays in the middle whatever the font.
 */
export function centred(svg: string): string {
  return haloed(svg).replace(
    /<g id="node\d+" class="([^"]*)">[\s\S]*?\n<\/g>/g,
    (shape: string, classes: string) => {
      if (/\bnote\b/.test(classes)) return shape
      const middle = middleOf(shape)
      if (middle === null) return shape
      return shape.replace(/<text ([^>]*)text-anchor="start" x="[-\d.]+"/g, (_, before: string) => {
        return `<text ${before}text-anchor="middle" x="${middle}"`
      })
    },
  )
}

/** Names of relations get a white edge, so that they can be read where arrows cross them. */
function haloed(svg: string): string {
  return svg.replace(/<g id="edge\d+" class="edge">[\s\S]*?\n<\/g>/g, (edge) =>
    edge.replace(/<text /g, '<text paint-order="stroke" stroke="white" stroke-width="3" '),
  )
}

function middleOf(shape: string): number | null {
  const ellipse = /<ellipse [^>]*cx="([-\d.]+)"/.exec(shape)
  if (ellipse !== null) return Number(ellipse[1])
  const polygon = /<polygon [^>]*points="([^"]+)"/.exec(shape)
  if (polygon === null) return null
  const xs = (polygon[1] ?? '').split(' ').map((point) => Number(point.split(',')[0]))
  return Math.round(((Math.min(...xs) + Math.max(...xs)) / 2) * 100) / 100
}
