import type { ProvDocument } from '../model/document.ts'
import { writeDot } from './dot.ts'
import { foldedPicture } from './draw.ts'
import type { DrawOptions } from './options.ts'
import { framedSvg } from './frame.ts'

/**
 * A document as SVG with a heading and a legend, or DOT text as it is. Laid out by Graphviz compiled to WebAssembly,
 * which is loaded at the first call: nothing needs to be installed. The options are those of `draw` and mean nothing
 * for DOT text. Rejects with Graphviz's Error, which names the line, when DOT text cannot be read.
 */
export async function renderSvg(drawable: ProvDocument | string, options: DrawOptions = {}): Promise<string> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz')
  const graphviz = await Graphviz.load()
  if (typeof drawable === 'string') return graphviz.layout(drawable, 'svg', 'dot')
  const folded = foldedPicture(drawable, options)
  return framedSvg(graphviz.layout(writeDot(folded, options, true), 'svg', 'dot'), folded, options)
}
