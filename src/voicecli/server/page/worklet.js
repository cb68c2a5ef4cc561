// Gives out what comes in, on the audio thread, in pieces of 40 ms.

class Tap extends AudioWorkletProcessor {
  constructor() {
    super();
    this.size = Math.round(sampleRate * 0.04);
    this.piece = new Float32Array(this.size);
    this.n = 0;
  }

  process([input]) {
    // No channel while nothing is connected or the source is gone.
    for (const sample of input[0] ?? []) {
      this.piece[this.n++] = sample;
      if (this.n === this.size) {
        this.port.postMessage(this.piece, [this.piece.buffer]);
        this.piece = new Float32Array(this.size);
        this.n = 0;
      }
    }
    return true;
  }
}

registerProcessor("tap", Tap);
