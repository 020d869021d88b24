const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'

/**
 * Decodes Z85 (ZeroMQ RFC 32): 5 characters are 4 bytes, most significant first.
 *
 * @throws {RangeError} when the text is no Z85
 */
export function decodeZ85(text: string): Buffer {
  if (text.length % 5 !== 0) throw new RangeError('Z85 text has a multiple of 5 characters')
  const bytes = Buffer.alloc((text.length / 5) * 4)
  for (let at = 0; at < text.length; at += 5) {
    let value = 0
    for (const letter of text.slice(at, at + 5)) {
      const digit = alphabet.indexOf(letter)
      if (digit < 0) throw new RangeError(`${JSON.stringify(letter)} is no Z85 character`)
      value = value * 85 + digit
    }
    if (value >= 2 ** 32) throw new RangeError('Z85 digits beyond 32 bits')
    bytes.writeUInt32BE(value, (at / 5) * 4)
  }
  return bytes
}
