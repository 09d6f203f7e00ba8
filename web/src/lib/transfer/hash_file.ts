import { Sha256 } from "./sha256";

const PIECE = 4 * 1024 * 1024;

/** The sha256 of a file, read in pieces. */
export async function hashFile(file: Blob, onBytes?: (done: number) => void): Promise<string> {
  const hash = new Sha256();
  for (let at = 0; at < file.size; at += PIECE) {
    hash.update(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
    onBytes?.(Math.min(at + PIECE, file.size));
  }
  return hash.hex();
}

const EDGE = 1024 * 1024;

/** Tells a file apart from another one of the same name, size and date: the hash of its first and last mebibyte. */
export async function edgeHash(file: Blob): Promise<string> {
  const hash = new Sha256();
  hash.update(new Uint8Array(await file.slice(0, EDGE).arrayBuffer()));
  if (file.size > EDGE) hash.update(new Uint8Array(await file.slice(Math.max(EDGE, file.size - EDGE)).arrayBuffer()));
  return hash.hex();
}
