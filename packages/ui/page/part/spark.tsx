/** A curve the size of a word. */
export function Spark({
  values,
  colour,
  label,
}: {
  readonly values: readonly number[] | undefined
  readonly colour?: string | undefined
  readonly label: string
}): preact.JSX.Element | null {
  const there = (values ?? []).filter((one) => Number.isFinite(one))
  if (there.length < 2) return null
  const [low, high] = [Math.min(...there), Math.max(...there)]
  const points = there.map(
    (one, at) =>
      `${((at / (there.length - 1)) * 88 + 1).toFixed(1)},${(17 - ((one - low) / (high - low || 1)) * 15).toFixed(1)}`,
  )
  return (
    <svg class="spark" width="90" height="18" viewBox="0 0 90 18" role="img" aria-label={label}>
      <polyline fill="none" stroke={colour ?? 'currentColor'} stroke-width="1.4" points={points.join(' ')} />
    </svg>
  )
}
