// SHA-256 piece by piece (FIPS 180-4), because the browser's own digest wants all bytes at once.

const K = new Uint32Array(64);
const START = new Uint32Array(8);

/** The constants are the first 32 bits of the fractional parts of roots of primes. */
function fillConstants(): void {
  let found = 0;
  for (let candidate = 2; found < 64; candidate += 1) {
    let prime = true;
    for (let divisor = 2; divisor * divisor <= candidate; divisor += 1) if (candidate % divisor === 0) prime = false;
    if (!prime) continue;
    if (found < 8) START[found] = ((candidate ** (1 / 2)) % 1) * 2 ** 32;
    K[found] = ((candidate ** (1 / 3)) % 1) * 2 ** 32;
    found += 1;
  }
}
fillConstants();

const BLOCK = 64;

export class Sha256 {
  private readonly state = new Uint32Array(START);
  private readonly words = new Uint32Array(64);
  private readonly rest = new Uint8Array(BLOCK);
  private kept = 0;
  private length = 0;

  update(bytes: Uint8Array): this {
    this.length += bytes.length;
    let at = 0;
    if (this.kept > 0) {
      at = Math.min(BLOCK - this.kept, bytes.length);
      this.rest.set(bytes.subarray(0, at), this.kept);
      this.kept += at;
      if (this.kept < BLOCK) return this;
      this.block(new DataView(this.rest.buffer), 0);
      this.kept = 0;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; at + BLOCK <= bytes.length; at += BLOCK) this.block(view, at);
    this.rest.set(bytes.subarray(at));
    this.kept = bytes.length - at;
    return this;
  }

  /** The digest as 64 hexadecimal letters. Nothing may be added afterwards. */
  hex(): string {
    const end = new Uint8Array(this.kept < 56 ? BLOCK : 2 * BLOCK);
    end.set(this.rest.subarray(0, this.kept));
    end[this.kept] = 0x80;
    const view = new DataView(end.buffer);
    view.setUint32(end.length - 8, Math.floor(this.length / 2 ** 29));
    view.setUint32(end.length - 4, (this.length << 3) >>> 0);
    for (let at = 0; at < end.length; at += BLOCK) this.block(view, at);
    return [...this.state].map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  private block(view: DataView, offset: number): void {
    const w = this.words;
    const s = this.state;
    for (let i = 0; i < 16; i += 1) w[i] = view.getUint32(offset + i * 4);
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15] as number;
      const y = w[i - 2] as number;
      const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = ((w[i - 16] as number) + low + (w[i - 7] as number) + high) | 0;
    }
    let a = s[0] as number, b = s[1] as number, c = s[2] as number, d = s[3] as number;
    let e = s[4] as number, f = s[5] as number, g = s[6] as number, h = s[7] as number;
    for (let i = 0; i < 64; i += 1) {
      const high = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + high + ((e & f) ^ (~e & g)) + (K[i] as number) + (w[i] as number)) | 0;
      const low = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (low + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0;
      d = c; c = b; b = a; a = (one + two) | 0;
    }
    s[0] = (s[0] as number) + a; s[1] = (s[1] as number) + b; s[2] = (s[2] as number) + c; s[3] = (s[3] as number) + d;
    s[4] = (s[4] as number) + e; s[5] = (s[5] as number) + f; s[6] = (s[6] as number) + g; s[7] = (s[7] as number) + h;
  }
}
