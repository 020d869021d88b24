import path from 'node:path'

/** By the ending of a name; what an unknown ending has is bytes. */
const types: Readonly<Record<string, string>> = {
  '.bin': 'application/octet-stream',
  '.csv': 'text/csv',
  '.diff': 'text/x-diff',
  '.dot': 'text/vnd.graphviz',
  '.gz': 'application/gzip',
  '.h5': 'application/x-hdf5',
  '.html': 'text/html',
  '.ipynb': 'application/x-ipynb+json',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.log': 'text/plain',
  '.md': 'text/markdown',
  '.onnx': 'application/octet-stream',
  '.parquet': 'application/vnd.apache.parquet',
  '.patch': 'text/x-diff',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.py': 'text/x-python',
  '.sh': 'application/x-sh',
  '.svg': 'image/svg+xml',
  '.tar': 'application/x-tar',
  '.toml': 'application/toml',
  '.tsv': 'text/tab-separated-values',
  '.txt': 'text/plain',
  '.xml': 'application/xml',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
  '.zip': 'application/zip',
}

const unknown = 'application/octet-stream'

/** @param told what the record says; taken where it is a media type */
export function mediaTypeOf(name: string, told?: string): string {
  if (told !== undefined && /^\w+\/\w[\w.-]*(?:\+\w[\w.-]*)?(?:;\w+=[^;]+)*$/.test(told)) return told
  return types[path.extname(name).toLowerCase()] ?? unknown
}

/** Whether deflating it is worth the time: models and Parquet are packed already, or do not pack. */
export function packsWell(mediaType: string): boolean {
  return /^text\/|json|xml|yaml|toml|x-sh$/.test(mediaType)
}
