import { gzipSync, constants } from 'node:zlib'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import type { ParquetWriter, Writer } from 'hyparquet-writer'

export type RowGroup = ParquetWriter['row_groups'][number]
type ColumnChunk = RowGroup['columns'][number]
type MetaData = NonNullable<ColumnChunk['meta_data']>
type Codec = MetaData['codec']

/** A column of a row group: its pages' bytes, not compressed. */
export interface Column {
  readonly name: string
  readonly type: MetaData['type']
  readonly rows: number
  readonly nulls: number
  readonly encoding: MetaData['encodings'][number]
  readonly values: Uint8Array
  /** Definition levels of an optional column. */
  readonly levels?: Uint8Array
  /** PLAIN. */
  readonly dictionary?: { readonly size: number; readonly values: Uint8Array }
}

/** Below this gzip's own frame and the time to set it up outweigh what it saves. */
const gzipBytesMin = 512
/**
 * Repeated bytes and their frequencies are what is left to find after delta and stream-split encoding; looking for
 * longer matches takes three times as long for a hundredth of the size.
 */
const gzipOptions = { level: 1, strategy: constants.Z_RLE, memLevel: 9 }

/** Writes a column chunk: its dictionary page, if there is one, and one data page (version 2). */
export function writeChunk(writer: Writer, column: Column): ColumnChunk {
  const begin = writer.offset
  const { dictionary, values, rows } = column
  const bytes = values.length + (dictionary?.values.length ?? 0)
  const codec: Codec = bytes < gzipBytesMin ? 'UNCOMPRESSED' : 'GZIP'
  let uncompressed = dictionary === undefined ? 0 : writeDictionary(writer, dictionary, codec)
  const dataAt = writer.offset
  uncompressed += writeData(writer, column, codec)
  return {
    meta_data: {
      type: column.type,
      encodings: [...(dictionary === undefined ? [] : (['PLAIN'] as const)), 'RLE', column.encoding],
      path_in_schema: [column.name],
      codec,
      num_values: BigInt(rows),
      total_uncompressed_size: BigInt(uncompressed),
      total_compressed_size: BigInt(writer.offset - begin),
      data_page_offset: BigInt(dataAt),
      ...(dictionary === undefined ? {} : { dictionary_page_offset: BigInt(begin) }),
    },
    file_offset: BigInt(begin),
  }
}

/** @returns bytes of the page, header included, as if it were not compressed */
function writeDictionary(
  writer: Writer,
  { size, values }: NonNullable<Column['dictionary']>,
  codec: Codec,
): number {
  const body = compressed(values, codec)
  const begin = writer.offset
  writePageHeader(writer, {
    type: 'DICTIONARY_PAGE',
    uncompressed_page_size: values.length,
    compressed_page_size: body.length,
    dictionary_page_header: { num_values: size, encoding: 'PLAIN' },
  })
  const head = writer.offset - begin
  writer.appendBytes(body)
  return head + values.length
}

/** @returns as above. Levels are never compressed. */
function writeData(writer: Writer, column: Column, codec: Codec): number {
  const { rows, nulls, encoding, values, levels = new Uint8Array(0) } = column
  const body = compressed(values, codec)
  const begin = writer.offset
  writePageHeader(writer, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: levels.length + values.length,
    compressed_page_size: levels.length + body.length,
    data_page_header_v2: {
      num_values: rows,
      num_nulls: nulls,
      num_rows: rows,
      encoding,
      definition_levels_byte_length: levels.length,
      repetition_levels_byte_length: 0,
      is_compressed: codec !== 'UNCOMPRESSED',
    },
  })
  const head = writer.offset - begin
  writer.appendBytes(levels)
  writer.appendBytes(body)
  return head + levels.length + values.length
}

function compressed(bytes: Uint8Array, codec: Codec): Uint8Array {
  return codec === 'GZIP' ? gzipSync(bytes, gzipOptions) : bytes
}
