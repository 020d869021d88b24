import type { Piece } from '../model/run-words.ts'

export function Pieces({ of }: { readonly of: readonly Piece[] }): preact.JSX.Element {
  return <>{of.map((one) => (typeof one === 'string' ? one : <span class={one.tone}>{one.text}</span>))}</>
}
