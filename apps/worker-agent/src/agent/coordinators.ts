/**
 * Addresses of the coordinators as all sources together know them: options, and a registry or Consul that changes its mind.
 * A source that knows none (Consul is away) takes nothing from the others, and the last addresses stay until it knows some.
 */
export class CoordinatorAddresses {
  readonly #sources = new Map<string, readonly string[]>();
  readonly #listeners = new Set<() => void>();
  #addresses: readonly string[] = [];

  get all(): readonly string[] {
    return this.#addresses;
  }

  set(source: string, addresses: readonly string[]): void {
    if (addresses.length === 0) return;
    this.#sources.set(source, addresses);
    const merged = [...new Set([...this.#sources.values()].flat())];
    if (merged.join() === this.#addresses.join()) return;
    this.#addresses = merged;
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The address behind this one, in a ring; undefined when there is none at all. */
  after(address: string | undefined): string | undefined {
    const at = address === undefined ? -1 : this.#addresses.indexOf(address);
    return this.#addresses[(at + 1) % this.#addresses.length];
  }

  /** Where a worker begins: spread over all by its id. */
  first(workerId: string): string | undefined {
    let hash = 0;
    for (const char of workerId) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
    return this.#addresses[hash % this.#addresses.length];
  }
}
