import { limits } from '@provloom/shared'

/** Of the first metrics, and of some more of those that people look at first. */
export const sparksMax: number = limits.headSparksMax + 8

const bucketsMax = 64
const valuesMax = 32

/**
 * Metrics in few numbers: means by stretches of steps, over all ranks, in record order. A stretch is 2^k steps long and
 * begins at a multiple of that; k grows as steps do, so that there are never more than `bucketsMax`. By column, and
 * taking in a point makes no object.
 */
export class Sparks {
  /** Of as many metrics as have taken a value, or had one behind them that has. */
  #size = 0
  #sum = new Float64Array(0)
  #count = new Float64Array(0)
  /** Steps in a stretch, and the number of the first stretch; 0 steps before the first point. */
  #width = new Float64Array(0)
  #base = new Float64Array(0)
  /** Where the last point went, and between which steps others go there too: most do, and need no division. */
  #place = new Int32Array(0)
  #from = new Float64Array(0)
  #to = new Float64Array(0)

  /** @throws {TypeError} for what `save` never gave */
  constructor(saved?: ReadonlyMap<string, Float64Array>) {
    if (saved === undefined) return
    const [sum, count, width, base] = ['sum', 'count', 'width', 'base'].map((name) => saved.get(name))
    const size = width?.length ?? -1
    const whole = base?.length === size && sum?.length === size * bucketsMax && count?.length === sum.length
    if (!whole || size > sparksMax) throw new TypeError('saved sparks are not whole')
    this.#grow(size)
    this.#sum.set(sum)
    this.#count.set(count)
    this.#width.set(width!)
    this.#base.set(base)
  }

  save(): ReadonlyMap<string, Float64Array> {
    const size = this.#size
    return new Map([
      ['sum', this.#sum.subarray(0, size * bucketsMax)],
      ['count', this.#count.subarray(0, size * bucketsMax)],
      ['width', this.#width.subarray(0, size)],
      ['base', this.#base.subarray(0, size)],
    ])
  }

  /** Takes in a finite value. */
  take(metric: number, step: number, value: number): void {
    const near = step >= this.#from[metric]! && step < this.#to[metric]!
    const place = near ? this.#place[metric]! : this.#placeOf(metric, step)
    this.#sum[place] = this.#sum[place]! + value
    this.#count[place] = this.#count[place]! + 1
  }

  #placeOf(metric: number, step: number): number {
    if (metric >= this.#size) this.#grow(metric + 1)
    let width = this.#width[metric]!
    let at = width === 0 ? -1 : Math.floor(step / width) - this.#base[metric]!
    if (at < 0 || at >= bucketsMax) at = this.#widen(metric, step)
    width = this.#width[metric]!
    const from = (this.#base[metric]! + at) * width
    this.#from[metric] = from
    this.#to[metric] = from + width
    return (this.#place[metric] = metric * bucketsMax + at)
  }

  /** Means of stretches that have points, at most 32, in order of steps. */
  values(metric: number): number[] {
    const used = this.#used(metric)
    if (used === undefined) return []
    const base = this.#base[metric]!
    let [first, last, shift] = [base + used.first, base + used.last, 0]
    while (last - first >= valuesMax) {
      first = Math.floor(first / 2)
      last = Math.floor(last / 2)
      shift++
    }
    const sums = new Float64Array(last - first + 1)
    const counts = new Float64Array(last - first + 1)
    // By places: beyond 2^53 numbers of stretches have gaps, and one and the next are the same.
    for (let place = used.first; place <= used.last; place++) {
      const from = metric * bucketsMax + place
      const to = Math.floor((base + place) / 2 ** shift) - first
      sums[to] = sums[to]! + this.#sum[from]!
      counts[to] = counts[to]! + this.#count[from]!
    }
    return [...sums].flatMap((sum, i) => (counts[i] === 0 ? [] : [sum / counts[i]!]))
  }

  #grow(size: number): void {
    this.#size = size
    if (size <= this.#width.length) return
    const room = Math.min(sparksMax, size * 2)
    const wider = (column: Float64Array<ArrayBuffer>, each: number): Float64Array<ArrayBuffer> => {
      const made = new Float64Array(room * each)
      made.set(column)
      return made
    }
    this.#sum = wider(this.#sum, bucketsMax)
    this.#count = wider(this.#count, bucketsMax)
    this.#width = wider(this.#width, 1)
    this.#base = wider(this.#base, 1)
    this.#from = wider(this.#from, 1)
    this.#to = wider(this.#to, 1)
    const places = new Int32Array(room)
    places.set(this.#place)
    this.#place = places
  }

  /** Places of the first and the last stretch that has points. */
  #used(metric: number): { readonly first: number; readonly last: number } | undefined {
    const counts = this.#count.subarray(metric * bucketsMax, (metric + 1) * bucketsMax)
    const first = counts.findIndex((count) => count > 0)
    if (first < 0) return undefined
    return { first, last: counts.findLastIndex((count) => count > 0) }
  }

  /** Makes room for a step that lies outside. @returns its bucket */
  #widen(metric: number, step: number): number {
    const used = this.#used(metric)
    if (used === undefined) {
      this.#width[metric] = 1
      this.#base[metric] = step
      return 0
    }
    let width = this.#width[metric]!
    let stretch = Math.floor(step / width)
    const base = this.#base[metric]!
    let [first, last, factor] = [Math.min(base + used.first, stretch), Math.max(base + used.last, stretch), 1]
    while (last - first >= bucketsMax) {
      width *= 2
      factor *= 2
      first = Math.floor(first / 2)
      last = Math.floor(last / 2)
    }
    stretch = Math.floor(step / width)
    this.#move(metric, factor, first)
    this.#width[metric] = width
    this.#base[metric] = first
    return stretch - first
  }

  #move(metric: number, factor: number, first: number): void {
    const [from, base] = [metric * bucketsMax, this.#base[metric]!]
    for (const column of [this.#sum, this.#count]) {
      const before = column.slice(from, from + bucketsMax)
      column.fill(0, from, from + bucketsMax)
      for (const [i, value] of before.entries()) {
        if (value === 0) continue
        const to = from + Math.floor((base + i) / factor) - first
        column[to] = column[to]! + value
      }
    }
  }
}
