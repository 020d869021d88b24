import { Wire, bfloat16Of, halfOf } from './wire.ts'

/** A TensorProto (tensorflow/core/framework/tensor.proto): numbers, or strings of bytes. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly numbers: readonly number[]
  readonly strings: readonly Buffer[]
}

/** DataType of types.proto, of those that hold one number each: bytes of one, and how it is read from `tensor_content`. */
const readers = new Map<number, readonly [bytes: number, read: (from: Buffer, at: number) => number]>([
  [1, [4, (from, at) => from.readFloatLE(at)]],
  [2, [8, (from, at) => from.readDoubleLE(at)]],
  [3, [4, (from, at) => from.readInt32LE(at)]],
  [4, [1, (from, at) => from.readUInt8(at)]],
  [5, [2, (from, at) => from.readInt16LE(at)]],
  [6, [1, (from, at) => from.readInt8(at)]],
  [9, [8, (from, at) => Number(from.readBigInt64LE(at))]],
  [10, [1, (from, at) => from.readUInt8(at)]],
  [14, [2, (from, at) => bfloat16Of(from.readUInt16LE(at))]],
  [17, [2, (from, at) => from.readUInt16LE(at)]],
  [19, [2, (from, at) => halfOf(from.readUInt16LE(at))]],
  [22, [4, (from, at) => from.readUInt32LE(at)]],
  [23, [8, (from, at) => Number(from.readBigUInt64LE(at))]],
])
const bfloat16 = 14

/** More numbers than any scalar or histogram has: of a larger tensor only these are looked at. */
const numbersMax = 1 << 16

/** @returns undefined for what is no message */
export function tensorOf(bytes: Buffer): Tensor | undefined {
  const wire = new Wire(bytes)
  let [type, content]: [number, Buffer | undefined] = [0, undefined]
  let shape: number[] = []
  const numbers: number[] = []
  const strings: Buffer[] = []
  const take = (more: readonly number[]): void => {
    for (const one of more) if (numbers.length < numbersMax) numbers.push(one)
  }
  while (wire.next()) {
    switch (wire.field) {
      case 1:
        type = Number(wire.integer())
        break
      case 2:
        shape = shapeOf(wire.bytes())
        break
      case 4:
        content = wire.bytes()
        break
      case 5:
        take(wire.numbers('float'))
        break
      case 6:
        take(wire.numbers('double'))
        break
      case 7:
      case 10:
      case 11:
        take(wire.numbers('integer'))
        break
      case 8:
        strings.push(wire.bytes())
        break
      case 13:
        take(wire.numbers(type === bfloat16 ? 'bfloat16' : 'half'))
        break
      case 16:
      case 17:
        take(wire.numbers('unsigned'))
        break
      default:
    }
  }
  if (wire.isBroken) return undefined
  if (content !== undefined) take(numbersIn(content, type))
  return { shape, numbers: filled(numbers, shape), strings }
}

function shapeOf(bytes: Buffer): number[] {
  const found: number[] = []
  const wire = new Wire(bytes)
  while (wire.next()) {
    if (wire.field !== 2) continue
    const dimension = new Wire(wire.bytes())
    let size = 0
    while (dimension.next()) if (dimension.field === 1) size = Number(dimension.integer())
    found.push(size)
  }
  return found
}

function numbersIn(content: Buffer, type: number): number[] {
  const [size, read] = readers.get(type) ?? []
  if (size === undefined || read === undefined) return []
  const count = Math.min(numbersMax, Math.floor(content.length / size))
  return Array.from({ length: count }, (_, n) => read(content, n * size))
}

/** Its writer leaves out the last ones where they are equal. */
function filled(numbers: readonly number[], shape: readonly number[]): readonly number[] {
  const count = shape.reduce((product, size) => product * size, 1)
  const last = numbers.at(-1)
  if (last === undefined || count <= numbers.length || count > numbersMax) return numbers
  return [...numbers, ...Array.from({ length: count - numbers.length }, () => last)]
}
