// Someone who says recordings: 16-bit PCM at 24 kHz, in real time, and a silence after each.

import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

const PIECE_BYTES = 1920; // 40 ms
const SILENCE_S = 1.5;

export async function say(path, send) {
  const pcm = Buffer.concat([readFileSync(path), Buffer.alloc(SILENCE_S * 48_000)]);
  const begun = performance.now();
  for (let at = 0; at < pcm.length; at += PIECE_BYTES) {
    send(pcm.subarray(at, at + PIECE_BYTES));
    const early_ms = begun + at / 48 - performance.now();
    if (early_ms > 0) await setTimeout(early_ms);
  }
}
