import { useEffect, useState } from 'preact/hooks'
import type { RefObject } from 'preact'

/** Charts that are there at once: each holds a canvas, and a page may have ten thousand of them below each other. */
const chartsMax = 12
const drawn = new Set<object>()
const waiting = new Set<() => void>()

/** Whether it is in view, and among the first twelve that are. */
export function useInView(ref: RefObject<HTMLElement | null>): boolean {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const own = {}
    let visible = false
    const look = (): void => {
      if (visible && !drawn.has(own) && drawn.size < chartsMax) drawn.add(own)
      else if (!visible && drawn.delete(own)) for (const one of waiting) one()
      setShown(drawn.has(own))
    }
    waiting.add(look)
    const observer = new IntersectionObserver((entries) => {
      visible = entries.at(-1)?.isIntersecting === true
      look()
    })
    if (ref.current !== null) observer.observe(ref.current)
    return () => {
      observer.disconnect()
      waiting.delete(look)
      if (drawn.delete(own)) for (const one of waiting) one()
    }
  }, [])
  return shown
}
