/** Where `npm start` and `synod dev` put their coordinators. */
const DEFAULT_ADDRESSES = ['127.0.0.1:7401', '127.0.0.1:7402', '127.0.0.1:7403'];

/** The addresses given, else those of `SYNOD_ADDRESS` (host:port, separated by commas), else those of a cluster on this machine. */
export function addressesOr(
  given: readonly string[] | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): readonly string[] {
  if (given !== undefined) return given;
  const named = (env['SYNOD_ADDRESS'] ?? '')
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
  return named.length > 0 ? named : DEFAULT_ADDRESSES;
}
