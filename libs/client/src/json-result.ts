/**
 * Reads the `result` of an attempt whose handler returned something that is no text and no bytes: the library wrote that as JSON.
 * Undefined when it returned nothing, or when the result is no JSON. The type is what the caller expects; it is not checked.
 */
export function readJsonResult<Value = unknown>(result: Uint8Array): Value | undefined {
  try {
    return JSON.parse(Buffer.from(result).toString('utf8')) as Value;
  } catch {
    return undefined;
  }
}
